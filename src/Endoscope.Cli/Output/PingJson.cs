using System.Text.Json.Serialization;

namespace Endoscope.Cli.Output;

/// <summary>How the lines of a run that follows become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PingEventDocument))]
[JsonSerializable(typeof(PingDocument))]
internal sealed partial class PingLineJson : JsonSerializerContext;

/// <summary>How the document of a run that ended becomes JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(PingDocument))]
internal sealed partial class PingDocumentJson : JsonSerializerContext;

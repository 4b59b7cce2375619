using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Endoscope.Cli.Output;

/// <summary>Writes results for scripts.</summary>
internal static class Json
{
    /// <summary>One document and a line end.</summary>
    public static void Write<T>(TextWriter writer, T value, JsonTypeInfo<T> typeInfo) => writer.WriteLine(JsonSerializer.Serialize(value, typeInfo));
}

/// <summary>How the documents of <c>-o json</c> become JSON, generated at build time.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ProcessesDocument))]
[JsonSerializable(typeof(DebugPodDocument))]
[JsonSerializable(typeof(CleanupDocument))]
[JsonSerializable(typeof(DiagnosisDocument))]
[JsonSerializable(typeof(SettingsDocument))]
[JsonSerializable(typeof(Fs.FilesDocument))]
[JsonSerializable(typeof(Istio.IstioDocument))]
[JsonSerializable(typeof(Fs.FetchDocument))]
[JsonSerializable(typeof(Fs.FileLocationDocument))]
[JsonSerializable(typeof(FootprintsDocument))]
[JsonSerializable(typeof(SetupDocument))]
[JsonSerializable(typeof(ExtcapDocument))]
internal sealed partial class CliJson : JsonSerializerContext;

/// <summary>How the lines of <c>pids --watch -o json</c> become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProcessEventDocument))]
internal sealed partial class ProcessLineJson : JsonSerializerContext;

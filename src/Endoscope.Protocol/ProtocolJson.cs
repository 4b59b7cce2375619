using System.Text.Json.Serialization;

namespace Endoscope.Protocol;

/// <summary>How the protocol's records become JSON, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AgentRequest))]
[JsonSerializable(typeof(StartedEvent))]
[JsonSerializable(typeof(ProcessList))]
[JsonSerializable(typeof(ProcessChange))]
[JsonSerializable(typeof(EndEvent))]
[JsonSerializable(typeof(CaptureTarget))]
[JsonSerializable(typeof(CaptureInterfaceEvent))]
[JsonSerializable(typeof(CaptureStatisticsEvent))]
[JsonSerializable(typeof(CaptureLossEvent))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(FileStart))]
[JsonSerializable(typeof(FileEnd))]
[JsonSerializable(typeof(FileLocation))]
public sealed partial class ProtocolJson : JsonSerializerContext;

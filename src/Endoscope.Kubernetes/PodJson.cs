using System.Text.Json;
using Endoscope.Kubernetes.Rest;
using k8s.Models;

namespace Endoscope.Kubernetes;

/// <summary>A pod as the API has it on the wire. The library's own serializer would bring the JSON of every kind into the program.</summary>
public static class PodJson
{
    /// <summary>The pod as UTF-8 JSON, without what is null.</summary>
    public static byte[] Serialize(V1Pod pod) => JsonSerializer.SerializeToUtf8Bytes(pod, ModelJson.Default.V1Pod);

    /// <summary>Reads it again.</summary>
    /// <exception cref="JsonException">It is none; <see cref="JsonException.Path"/> names the field.</exception>
    public static V1Pod Deserialize(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, ModelJson.Default.V1Pod) ?? throw new JsonException("there is no pod");
}

using System.Text.Json;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Endoscope.Kubernetes.Rest;

/// <summary>
/// JSON for the few of the library's models that are used. The library's own context spans every kind of the API, which costs
/// megabytes of program and milliseconds of start.
/// </summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1PodList))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1NodeList))]
[JsonSerializable(typeof(V1SelfSubjectAccessReview))]
[JsonSerializable(typeof(Corev1EventList))]
[JsonSerializable(typeof(V1LabelSelector))]
[JsonSerializable(typeof(V1DeleteOptions))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ModelJson : JsonSerializerContext;

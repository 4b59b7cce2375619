using k8s.Models;

namespace Endoscope.Sessions.Capture;

/// <summary>A pod that is to be captured.</summary>
/// <param name="Target">Where it is.</param>
/// <param name="Labels">Its labels, as <c>name=value</c>.</param>
public sealed record PodToCapture(Target Target, IReadOnlyList<string> Labels)
{
    /// <summary>The number of the query of its selection that found it: those by name first, in their order.</summary>
    public int Reference { get; init; }

    /// <summary>Namespace and name.</summary>
    public string Name => $"{Target.Namespace}/{Target.Pod}";

    /// <exception cref="SessionException">It cannot be captured, or not yet.</exception>
    internal static PodToCapture From(V1Pod pod, string? container) => new(
        TargetPlan.Resolve(pod, container, anyContainerWillDo: true),
        [.. (pod.Metadata.Labels ?? new Dictionary<string, string>()).Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)]);
}

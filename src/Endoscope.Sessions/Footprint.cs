using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>One thing of ours in the cluster: a debug pod, or an ephemeral container in its target.</summary>
public sealed record Footprint
{
    /// <summary>The namespace that it is in.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod's name: the debug pod's, or the target's where it is an ephemeral container.</summary>
    public required string Name { get; init; }

    /// <summary>The ephemeral container's name, which can never be removed; null for a debug pod, which can.</summary>
    public string? Container { get; init; }

    /// <summary>The UID of the pod that it is.</summary>
    public required string Uid { get; init; }

    /// <summary>The target's namespace and name, as it was told when this was made.</summary>
    public required string TargetNamespace { get; init; }

    /// <inheritdoc cref="TargetNamespace"/>
    public required string Target { get; init; }

    /// <summary>The node that it is on; null while it has none.</summary>
    public required string? Node { get; init; }

    /// <summary><c>Running</c>, <c>Pending</c>, <c>Terminating</c>, <c>Ended</c>.</summary>
    public required string State { get; init; }

    /// <summary>Who made it, as they said themselves; null where nothing was said.</summary>
    public required string? By { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it ends at the latest; null where it has ended, and for an ephemeral container, which ends with its pod.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary>Whether it has ended for good, so that it is only litter.</summary>
    public bool IsOver => State == "Ended";

    /// <summary>What of a pod is ours; null where nothing is. Labels alone, which anybody can copy, do not make a pod ours.</summary>
    internal static Footprint? Of(V1Pod pod) => !DebugPodFit.IsOurs(pod) ? null : new Footprint
    {
        Namespace = pod.Namespace(),
        Name = pod.Name(),
        Uid = pod.Uid(),
        TargetNamespace = pod.Metadata.Labels.TryGetValue(DebugPodPlan.TargetNamespaceLabel, out var ns) ? ns : pod.Namespace(),
        Target = Said(pod, DebugPodPlan.TargetAnnotation) ?? pod.Metadata.Labels[DebugPodPlan.TargetLabel],
        Node = pod.Spec.NodeName,
        State = StateOf(pod),
        By = Said(pod, DebugPodPlan.ByAnnotation),
        Since = Time(pod.Metadata.CreationTimestamp) ?? DateTimeOffset.UnixEpoch,
        Until = DebugPodFit.IsFinished(pod) ? null : DeadlineOf(pod),
    };

    /// <summary>The ephemeral containers of ours in a pod.</summary>
    internal static IEnumerable<Footprint> InPod(V1Pod pod) => (pod.Spec.EphemeralContainers ?? []).Where(EphemeralFit.IsOurs).Select(container =>
    {
        var state = EphemeralFit.StateOf(pod, container.Name);
        var isOver = DebugPodFit.IsFinished(pod) || state?.Terminated is not null;
        return new Footprint
        {
            Namespace = pod.Namespace(),
            Name = pod.Name(),
            Container = container.Name,
            Uid = pod.Uid(),
            TargetNamespace = pod.Namespace(),
            Target = pod.Name(),
            Node = pod.Spec.NodeName,
            State = isOver ? "Ended" : state?.Running is not null ? "Running" : "Pending",
            By = null,
            Since = Time(state?.Running?.StartedAt ?? state?.Terminated?.StartedAt) ?? Time(pod.Metadata.CreationTimestamp) ?? DateTimeOffset.UnixEpoch,
            Until = null,
        };
    });

    private static string StateOf(V1Pod pod) =>
        DebugPodFit.IsFinished(pod) ? "Ended"
        : pod.Metadata.DeletionTimestamp is not null ? "Terminating"
        : pod.Status?.Phase ?? "Pending";

    private static DateTimeOffset? DeadlineOf(V1Pod pod) =>
        (Time(pod.Status?.StartTime) ?? Time(pod.Metadata.CreationTimestamp)) + (pod.Spec.ActiveDeadlineSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private static string? Said(V1Pod pod, string annotation) =>
        pod.Metadata.Annotations is { } annotations && annotations.TryGetValue(annotation, out var value) ? value : null;

    private static DateTimeOffset? Time(DateTime? time) => time is { } at ? new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)) : null;
}

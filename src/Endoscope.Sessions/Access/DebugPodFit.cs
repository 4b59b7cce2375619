using System.Diagnostics.CodeAnalysis;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>
/// Whether a pod that bears our labels can be used as the debug pod of a target. Labels can be forged and pods altered, so what counts
/// is what the pod is: its node, image, command and rights. Pure.
/// </summary>
public static class DebugPodFit
{
    // A session in a debug pod that is about to end would be cut off.
    private static readonly TimeSpan LeastTimeLeft = TimeSpan.FromMinutes(2);

    /// <summary>Null where the pod fits, else why it does not.</summary>
    public static string? Misfit(V1Pod pod, Target target, AccessNeeds needs, DebugPodOptions options, DateTimeOffset now)
    {
        var container = pod.Spec.Containers.FirstOrDefault(container => container.Name == DebugPodPlan.ContainerName);
        var status = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == DebugPodPlan.ContainerName);
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return "is being deleted";
        }

        if (pod.Metadata.Annotations is not { } annotations
            || !annotations.TryGetValue(DebugPodPlan.TargetUidAnnotation, out var uid)
            || uid != target.Uid)
        {
            return "belongs to an earlier pod of that name";
        }

        if (pod.Spec.NodeName != target.Node || pod.Spec.HostPID != true)
        {
            return "is not on the target's node with its processes";
        }

        if ((annotations.TryGetValue(DebugPodPlan.SettingsAnnotation, out var settings) ? settings : null) != SettingsDigest.Of(options))
        {
            return "was made with other settings";
        }

        if (!RunsTheAgent(container) || container.Image != options.Image)
        {
            return "runs another image or command";
        }

        if (pod.Status?.Phase != "Running" || status?.State?.Running is null)
        {
            return "is not running";
        }

        if (pod.Spec.ActiveDeadlineSeconds is { } deadline && pod.Status.StartTime is { } started
            && new DateTimeOffset(started).AddSeconds(deadline) - now < LeastTimeLeft)
        {
            return "reaches its deadline soon";
        }

        return Allows(container.SecurityContext, needs, options) ? null : "has other rights than are needed";
    }

    /// <summary>Whether a pod that bears our labels is a debug pod: anybody can copy labels, and what is not ours is not ours to delete.</summary>
    public static bool IsOurs(V1Pod pod) =>
        pod.Metadata.Labels is { } labels
        && labels.TryGetValue(DebugPodPlan.ManagedByLabel, out var manager) && manager == DebugPodPlan.ManagedByValue
        && labels.ContainsKey(DebugPodPlan.TargetLabel)
        && RunsTheAgent(pod.Spec.Containers.FirstOrDefault(container => container.Name == DebugPodPlan.ContainerName));

    /// <summary>Whether the pod has ended for good, so that it is only litter.</summary>
    public static bool IsFinished(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    private static bool RunsTheAgent([NotNullWhen(true)] V1Container? container) =>
        container?.Command is [DebugPodPlan.AgentPath, "wait", ..] && container.Args is not { Count: > 0 };

    private static bool Allows(V1SecurityContext? context, AccessNeeds needs, DebugPodOptions options) =>
        context?.Privileged == true
        || (!options.Privileged && needs.Capabilities.All(needed => context?.Capabilities?.Add?.Contains(needed) == true));
}

using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>Which of a pod's ephemeral containers are ours, and whether one can be used. Pure.</summary>
public static class EphemeralFit
{
    /// <summary>Whether it is one of ours: what it is counts, its name alone does not.</summary>
    public static bool IsOurs(V1EphemeralContainer container) =>
        container.Name.StartsWith(EphemeralPlan.Prefix, StringComparison.Ordinal)
        && container.Command is [DebugPodPlan.AgentPath, "wait", ..] && container.Args is not { Count: > 0 };

    /// <summary>Whether an agent waits in it now.</summary>
    public static bool IsRunning(V1Pod pod, string container) => StateOf(pod, container)?.Running is not null;

    /// <summary>How it is, as the kubelet tells; null where it has not said.</summary>
    public static V1ContainerState? StateOf(V1Pod pod, string container) =>
        pod.Status?.EphemeralContainerStatuses?.FirstOrDefault(status => status.Name == container)?.State;

    /// <summary>Whether a container that is there does for what would be added now.</summary>
    /// <param name="planned">What would be added now.</param>
    public static bool Fits(V1Pod pod, V1EphemeralContainer container, V1EphemeralContainer planned) =>
        IsOurs(container)
        && IsRunning(pod, container.Name)
        && container.Image == planned.Image
        && (planned.TargetContainerName is null || container.TargetContainerName == planned.TargetContainerName)
        && Allows(container.SecurityContext, planned.SecurityContext);

    private static bool Allows(V1SecurityContext? there, V1SecurityContext planned) =>
        (there?.Privileged ?? false) == (planned.Privileged ?? false)
        && there?.RunAsUser == planned.RunAsUser
        && DropsAll(there) == DropsAll(planned)
        && Added(planned).All(Added(there).Contains);

    private static bool DropsAll(V1SecurityContext? context) => context?.Capabilities?.Drop?.Contains("ALL") == true;

    private static IList<string> Added(V1SecurityContext? context) => context?.Capabilities?.Add ?? [];
}

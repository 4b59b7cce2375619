using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>What a debug pod's status says about its start. Pure.</summary>
/// <param name="IsRunning">The agent's container runs.</param>
/// <param name="Failure">Why it will not run, or null while it may.</param>
/// <param name="Hint">What to do about the failure.</param>
public sealed record DebugPodProgress(bool IsRunning, string? Failure = null, string? Hint = null)
{
    /// <summary>Reads the status of a debug pod.</summary>
    public static DebugPodProgress Read(V1Pod pod)
    {
        var status = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.Name == DebugPodPlan.ContainerName);
        if (pod.Status?.Phase == "Failed")
        {
            return new DebugPodProgress(false, Join(pod.Status.Reason ?? "Failed", pod.Status.Message ?? status?.State?.Terminated?.Message), HintForPhase(pod));
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            return new DebugPodProgress(false, "it was deleted by somebody else");
        }

        if (status?.State?.Terminated is { } ended)
        {
            return new DebugPodProgress(
                false, Join($"it ended with exit code {ended.ExitCode}", ended.Message), $"is {Image(pod)} an endoscope image, for this node's architecture?");
        }

        return status?.State?.Waiting is { Reason: { } reason } waiting && HintFor(reason, Image(pod)) is { } hint
            ? new DebugPodProgress(false, Join(reason, waiting.Message), hint)
            : new DebugPodProgress(pod.Status?.Phase == "Running" && status?.State?.Running is not null);
    }

    // Reasons that do not pass by themselves within the time somebody waits.
    internal static string? HintFor(string reason, string image) => reason switch
    {
        "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" or "ImageInspectError" =>
            $"the node cannot pull {image}: name another with --image or SCOPE_IMAGE, or a pull secret with --regcred",
        "ErrImageNeverPull" => $"the image {image} is not on the node and may not be pulled: load it there, or name another with --image",
        "InvalidImageName" => $"'{image}' is not a valid image name: see --image and SCOPE_IMAGE",
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" or "CrashLoopBackOff" =>
            "the node refuses to run the container as it is described; --dry-run shows the manifest",
        _ => null,
    };

    private static string HintForPhase(V1Pod pod) => pod.Status.Reason switch
    {
        { } reason when reason.StartsWith("OutOf", StringComparison.Ordinal) =>
            $"node {pod.Spec.NodeName} has no room for one more pod",
        "NodeAffinity" or "NodeName" or "UnexpectedAdmissionError" or "PodOSNotSupported" or "PodOSSelectorNodeLabelDoesNotMatch" =>
            $"node {pod.Spec.NodeName} does not admit the debug pod",
        _ => $"kubectl describe node {pod.Spec.NodeName} may tell why",
    };

    private static string Image(V1Pod pod) => pod.Spec.Containers[0].Image;

    internal static string Join(string reason, string? message) => string.IsNullOrEmpty(message) ? reason : $"{reason}: {message}";
}

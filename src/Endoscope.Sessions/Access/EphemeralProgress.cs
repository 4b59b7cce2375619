using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>What a pod's status says about the start of an ephemeral container. Pure.</summary>
/// <param name="IsRunning">The agent's container runs.</param>
/// <param name="Failure">Why it will not run, or null while it may.</param>
/// <param name="Hint">What to do about the failure.</param>
public sealed record EphemeralProgress(bool IsRunning, string? Failure = null, string? Hint = null)
{
    /// <summary>Reads a change of the pod.</summary>
    public static EphemeralProgress Read(PodChange change, V1EphemeralContainer added)
    {
        if (change.Kind == PodChangeKind.Deleted || change.Pod!.Status?.Phase is "Succeeded" or "Failed")
        {
            return new EphemeralProgress(false, "its pod has ended");
        }

        return EphemeralFit.StateOf(change.Pod, added.Name) switch
        {
            { Running: not null } => new EphemeralProgress(true),
            { Terminated: { } ended } => new EphemeralProgress(
                false, DebugPodProgress.Join($"it ended with exit code {ended.ExitCode}", ended.Message), HintForEnd(ended, added)),
            { Waiting: { Reason: { } reason } waiting } when HintFor(reason, added) is { } hint =>
                new EphemeralProgress(false, DebugPodProgress.Join(reason, waiting.Message), hint),
            _ => new EphemeralProgress(false),
        };
    }

    // The pod's pull secrets are what they are: an ephemeral container cannot bring one.
    private static string? HintFor(string reason, V1EphemeralContainer added) => reason switch
    {
        "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" or "ImageInspectError" =>
            $"the node cannot pull {added.Image} with the pod's own pull secrets: name another with --image or SCOPE_IMAGE, or use --mode pod, which takes --regcred",
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" =>
            "the node refuses to run the container beside this one; --container names another, --profile other rights",
        _ => DebugPodProgress.HintFor(reason, added.Image),
    };

    private static string HintForEnd(V1ContainerStateTerminated ended, V1EphemeralContainer added) => ended.Reason switch
    {
        "ContainerCannotRun" or "StartError" => $"did container {added.TargetContainerName} end just now? Then the same command again does it",
        _ => $"is {added.Image} an endoscope image, for this node's architecture?",
    };
}

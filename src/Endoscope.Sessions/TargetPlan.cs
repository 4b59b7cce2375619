using System.Text.RegularExpressions;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>Decides from a pod which of its containers can be looked into, or says why none can. Pure.</summary>
public static partial class TargetPlan
{
    private const string DefaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

    /// <summary>The target in this pod.</summary>
    /// <param name="pod">The pod as the API server tells it.</param>
    /// <param name="containerName">The container the user asked for, or null.</param>
    /// <param name="anyContainerWillDo">Whether only what all containers of a pod share (its network) matters.</param>
    /// <exception cref="SessionException">It has no running container that fits; the message says what was found.</exception>
    public static Target Resolve(V1Pod pod, string? containerName, bool anyContainerWillDo)
    {
        RefuseWhatCannotBeEntered(pod);
        var wanted = containerName ?? DefaultContainer(pod);
        var statuses = Statuses(pod).ToList();
        if (containerName is not null && !ContainerNames(pod).Contains(containerName))
        {
            throw new SessionException(
                $"pod {pod.Name()} has no container '{containerName}'", $"its containers are: {string.Join(", ", ContainerNames(pod))}");
        }

        List<string> notes = [];
        var chosen = statuses.FirstOrDefault(status => status.Name == wanted);
        if (chosen?.State?.Running is null && anyContainerWillDo && containerName is null
            && statuses.Find(status => status.State?.Running is not null) is { } other)
        {
            notes.Add($"container {wanted} is not running ({Describe(chosen)}); using {other.Name}, which shares its network");
            chosen = other;
        }
        else if (containerName is null && pod.Spec.Containers.Count > 1)
        {
            notes.Add($"using container {wanted} of {string.Join(", ", pod.Spec.Containers.Select(container => container.Name))} (--container for another)");
        }

        // A pod's sandbox, and with it its network, lives on while its containers come and go.
        var isSandboxEnough = anyContainerWillDo && containerName is null && !string.IsNullOrEmpty(pod.Status?.PodIP);
        if (chosen?.State?.Running is null && isSandboxEnough)
        {
            notes.Add($"container {wanted} is not running ({Describe(chosen)}); entering the pod's network, which stays");
        }
        else if (chosen?.State?.Running is null)
        {
            throw new SessionException(
                $"container {wanted} of pod {pod.Name()} is not running: {Describe(chosen)}", NotRunningHint(pod, wanted, statuses));
        }

        if (pod.Metadata.DeletionTimestamp is not null)
        {
            notes.Add($"pod {pod.Name()} is being deleted");
        }

        return new Target
        {
            Namespace = pod.Namespace(),
            Pod = pod.Name(),
            Uid = pod.Uid(),
            Node = pod.Spec.NodeName,
            Container = chosen?.Name ?? wanted,
            ContainerId = chosen?.State?.Running is null ? null : ParseContainerId(chosen.ContainerID, pod.Name(), chosen.Name),
            HasHostNetwork = pod.Spec.HostNetwork == true,
            SandboxedRuntime = pod.Spec.RuntimeClassName is { } runtime && SandboxedRuntime().IsMatch(runtime) ? runtime : null,
            Notes = notes,
        };
    }

    private static void RefuseWhatCannotBeEntered(V1Pod pod)
    {
        var name = pod.Name();
        switch (pod.Status?.Phase)
        {
            case "Succeeded" or "Failed":
                throw new SessionException(
                    $"pod {name} has finished ({pod.Status.Phase}{Because(pod.Status.Reason)}): it has no processes any more",
                    $"kubectl logs -n {pod.Namespace()} {name} shows what it said");
            case "Pending" when string.IsNullOrEmpty(pod.Spec.NodeName):
                throw new SessionException(
                    $"pod {name} is Pending and on no node yet{Because(Unschedulable(pod))}", $"kubectl describe pod -n {pod.Namespace()} {name} tells more");
        }

        if (string.IsNullOrEmpty(pod.Spec.NodeName))
        {
            throw new SessionException($"pod {name} is on no node yet");
        }

        if (pod.Spec.Os?.Name == "windows"
            || (pod.Spec.NodeSelector is { } selector && selector.TryGetValue("kubernetes.io/os", out var os) && os == "windows"))
        {
            throw new SessionException($"pod {name} is a Windows pod: Endoscope's tools are Linux programs and cannot enter it");
        }
    }

    private static string DefaultContainer(V1Pod pod) =>
        pod.Metadata.Annotations is { } annotations
        && annotations.TryGetValue(DefaultContainerAnnotation, out var name)
        && ContainerNames(pod).Contains(name)
            ? name
            : pod.Spec.Containers[0].Name;

    private static IEnumerable<string> ContainerNames(V1Pod pod) =>
        pod.Spec.Containers.Select(container => container.Name)
            .Concat(pod.Spec.InitContainers?.Select(container => container.Name) ?? [])
            .Concat(pod.Spec.EphemeralContainers?.Select(container => container.Name) ?? []);

    private static IEnumerable<V1ContainerStatus> Statuses(V1Pod pod) =>
        (pod.Status?.ContainerStatuses ?? [])
            .Concat(pod.Status?.InitContainerStatuses ?? [])
            .Concat(pod.Status?.EphemeralContainerStatuses ?? []);

    private static string Describe(V1ContainerStatus? status)
    {
        var last = status?.LastState?.Terminated;
        var before = last is null ? "" : $", exit code {last.ExitCode} before, {status!.RestartCount} restarts";
        return status?.State switch
        {
            { Waiting: { } waiting } => $"{waiting.Reason ?? "waiting"}{Because(waiting.Message)}{before}",
            { Terminated: { } ended } => $"it ended with exit code {ended.ExitCode}{Because(ended.Reason)}",
            _ => "it has not started",
        };
    }

    private static string NotRunningHint(V1Pod pod, string wanted, List<V1ContainerStatus> statuses)
    {
        var running = statuses.Where(status => status.State?.Running is not null).Select(status => status.Name).ToList();
        return running.Count > 0
            ? $"--container takes one that runs: {string.Join(", ", running)}"
            : statuses.Exists(status => status.Name == wanted && status.LastState?.Terminated is not null)
                ? $"kubectl logs -n {pod.Namespace()} {pod.Name()} -c {wanted} --previous shows what it said last"
                : $"kubectl describe pod -n {pod.Namespace()} {pod.Name()} tells more";
    }

    private static string? Unschedulable(V1Pod pod) =>
        pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "PodScheduled" && condition.Status == "False")?.Message;

    private static string Because(string? reason) => string.IsNullOrEmpty(reason) ? "" : $" ({reason})";

    private static string ParseContainerId(string? text, string pod, string container) =>
        ContainerId().Match(text ?? "") is { Success: true } match
            ? match.Groups[1].Value
            : throw new SessionException($"container {container} of pod {pod} has an ID of an unknown form: '{text}'");

    [GeneratedRegex("^[a-z][a-z0-9+.-]*://([0-9a-f]{64})$")]
    private static partial Regex ContainerId();

    [GeneratedRegex("gvisor|runsc|kata|firecracker", RegexOptions.IgnoreCase)]
    private static partial Regex SandboxedRuntime();
}

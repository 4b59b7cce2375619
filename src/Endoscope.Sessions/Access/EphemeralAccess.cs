using System.Net;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>Access mode <c>ephemeral</c>: an ephemeral container in the target's own pod, which stays in the pod's spec for good.</summary>
/// <param name="profile">Its rights; null for the least that a command works with.</param>
/// <param name="tell">Takes what the user should know of although it is no failure of the command.</param>
public sealed class EphemeralAccess(IClusterApi api, DebugPodOptions options, EphemeralProfile? profile, TimeProvider time, Action<string> tell) : IAccess
{
    private const string StaticPodAnnotation = "kubernetes.io/config.mirror";

    // As long as a change may take whose answer nobody awaits any more.
    private static readonly TimeSpan TimeAfterStop = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(10);

    private readonly HashSet<string> given = [];
    private Task<V1Pod>? prepared;

    public void Prepare(string ns, string pod, CancellationToken cancellationToken)
    {
        prepared = api.ReadPodAsync(ns, pod, cancellationToken);

        // Where the target cannot be resolved nobody looks at this any more, nor at its failure.
        _ = prepared.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public async Task<AgentPlace?> FindAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        RefuseWhatIsOutside(target, needs);
        var pod = await PodAsync(target, cancellationToken);
        var planned = Plan(pod, target, needs);

        // One that was given and did not answer has just ended, which its kubelet may not have told yet.
        var fitting = pod.Spec.EphemeralContainers?.LastOrDefault(one => !given.Contains(one.Name) && EphemeralFit.Fits(pod, one, planned));
        return fitting is null ? null : Place(pod, fitting.Name, reused: true);
    }

    public async Task<Exception?> RefusalAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        try
        {
            RefuseWhatIsOutside(target, needs);
            RefuseWhatIsTooLittle(needs);
            var pod = await PodAsync(target, cancellationToken);
            RefuseStatic(pod);
            await AddAsync(pod, Plan(pod, target, needs), dryRun: true, cancellationToken);
            return null;
        }
        catch (SessionException e)
        {
            return e;
        }
    }

    public async Task<AgentPlace> CreateAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        var pod = await PodAsync(target, cancellationToken);
        RefuseStatic(pod);
        cancellationToken.ThrowIfCancellationRequested();
        var planned = Plan(pod, target, needs);
        using var adding = new Reprieve(options.StartTimeout, TimeAfterStop, time, cancellationToken);
        try
        {
            await AddAsync(pod, planned, dryRun: false, adding.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SessionException($"the API server took longer than {options.StartTimeout.TotalSeconds:0} s to add the ephemeral container", "--timeout gives it longer");
        }

        tell($"ephemeral container {planned.Name} is added to pod {target.Pod}: it stays in the pod's spec until the pod ends; "
            + $"its process ends {options.Idle.TotalMinutes:0.#} min after the last command");
        await AwaitRunningAsync(pod, planned, cancellationToken);
        return Place(pod, planned.Name, reused: false);
    }

    /// <summary>Ends the process; the container's entry cannot be removed.</summary>
    public async Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken)
    {
        using var ending = new Reprieve(EndTime, TimeAfterStop, time, cancellationToken);
        try
        {
            await EphemeralEnd.EndAsync(api, place.Namespace, place.Pod, place.Container, ending.Token);
        }
        catch (Exception e) when (e is ClusterException or OperationCanceledException)
        {
            tell($"the process of ephemeral container {place.Container} still waits ({(e is ClusterException ? e.Message : "the API server did not answer in time")}); "
                + $"it ends by itself after {options.Idle.TotalMinutes:0.#} min without a command");
        }
    }

    /// <summary>The patch that would be made now, for <c>--dry-run</c>: <c>kubectl patch pod POD --subresource ephemeralcontainers --patch-file</c> takes it.</summary>
    public async Task<ManifestText> PlanAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        var pod = await PodAsync(target, cancellationToken);
        return ManifestText.Format(new V1Pod { Spec = new V1PodSpec { EphemeralContainers = [Plan(pod, target, needs)] } });
    }

    private static void RefuseWhatIsOutside(Target target, AccessNeeds needs)
    {
        if (needs.InPod is null)
        {
            throw new SessionException(
                $"this looks at directories of node {target.Node}, which an ephemeral container in pod {target.Pod} does not see", "--mode pod sees them");
        }
    }

    // What the cluster admits is of no use where the command cannot work with it.
    private void RefuseWhatIsTooLittle(AccessNeeds needs)
    {
        if (profile == EphemeralProfile.Baseline && needs.InPod!.Except(EphemeralPlan.GivenByRuntimes).ToList() is { Count: > 0 } missing)
        {
            throw new SessionException($"the profile baseline does not give {string.Join(", ", missing)}, which this command needs");
        }
    }

    private static void RefuseStatic(V1Pod pod)
    {
        if (pod.Metadata.Annotations?.ContainsKey(StaticPodAnnotation) == true)
        {
            throw new SessionException(
                $"pod {pod.Name()} is a static pod of node {pod.Spec.NodeName}, to which nothing can be added through the API server", "--mode pod looks in from the node");
        }
    }

    private async Task<V1Pod> PodAsync(Target target, CancellationToken cancellationToken)
    {
        var reading = prepared ?? api.ReadPodAsync(target.Namespace, target.Pod, cancellationToken);
        prepared = null;
        var pod = await reading;
        return pod.Uid() == target.Uid
            ? pod
            : throw new SessionException($"pod {target.Pod} has just been replaced by another of its name", "the same command again looks into that one");
    }

    private V1EphemeralContainer Plan(V1Pod pod, Target target, AccessNeeds needs) =>
        EphemeralPlan.Container(pod, target, EphemeralPlan.NameFor(Guid.NewGuid()), needs, options, profile);

    private AgentPlace Place(V1Pod pod, string container, bool reused)
    {
        given.Add(container);
        return new AgentPlace(pod.Namespace(), pod.Name(), pod.Uid(), container, reused) { IsInPod = true };
    }

    private async Task AddAsync(V1Pod pod, V1EphemeralContainer container, bool dryRun, CancellationToken cancellationToken)
    {
        try
        {
            await api.AddEphemeralContainerAsync(pod.Namespace(), pod.Name(), pod.Uid(), container, dryRun, cancellationToken);
        }
        catch (ApiStatusException e) when (AccessRefusal.IsRefusal(e))
        {
            throw AccessRefusal.OfEphemeral(e, pod.Namespace());
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Conflict)
        {
            throw new SessionException($"pod {pod.Name()} has just been replaced by another of its name", "the same command again looks into that one", e);
        }
        catch (ApiStatusException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed && !e.Message.Contains($"\"{pod.Name()}\"", StringComparison.Ordinal))
        {
            throw new SessionException(
                $"this API server ({await api.ReadServerVersionAsync(cancellationToken)}) has no ephemeral containers: they need Kubernetes 1.25", "--mode pod does without them", e);
        }
    }

    private async Task AwaitRunningAsync(V1Pod pod, V1EphemeralContainer added, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.StartTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var change in api.WatchPodsAsync(pod.Namespace(), null, $"metadata.name={pod.Name()}", either.Token))
            {
                if (change.Pod?.Uid() != pod.Uid())
                {
                    continue;
                }

                var progress = EphemeralProgress.Read(change, added);
                if (progress.Failure is not null)
                {
                    throw new SessionException($"the ephemeral container {added.Name} cannot run: {progress.Failure}", progress.Hint);
                }

                if (progress.IsRunning)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SessionException(
                $"the ephemeral container {added.Name} did not run within {options.StartTimeout.TotalSeconds:0} s",
                $"--timeout gives it longer; kubectl describe pod -n {pod.Namespace()} {pod.Name()} may tell why. Some virtual nodes take ephemeral containers and never start them");
        }
    }
}

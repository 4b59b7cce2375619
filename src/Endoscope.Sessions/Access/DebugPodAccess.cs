using System.Net;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>Access mode <c>pod</c>: a debug pod on the target's node.</summary>
/// <param name="warn">Takes what the user should know of although it is no failure of the command.</param>
public sealed class DebugPodAccess(IClusterApi api, DebugPodOptions options, TimeProvider time, Action<string> warn) : IAccess
{
    // Twice this, for a creation under way and its removal, has to fit into the 5 s in which a command ends.
    private static readonly TimeSpan TimeAfterStop = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RemovalTime = TimeSpan.FromSeconds(10);
    private const int NameAttempts = 4;
    private const string Ended = "status.phase!=Pending,status.phase!=Running,status.phase!=Unknown";

    private Task<V1PodList>? prepared;
    private IList<V1Pod> ours = [];

    public void Prepare(string ns, string pod, CancellationToken cancellationToken)
    {
        prepared = ListAsync(ns, pod, cancellationToken);

        // Where the target cannot be resolved nobody looks at this list any more, nor at its failure.
        _ = prepared.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public async Task<AgentPlace?> FindAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        RefuseSandbox(target);
        var listing = prepared ?? ListAsync(target.Namespace, target.Pod, cancellationToken);
        prepared = null;
        ours = (await listing).Items;
        var fitting = ours.FirstOrDefault(pod => DebugPodFit.Misfit(pod, target, needs, options, time.GetUtcNow()) is null);
        return fitting is null ? null : new AgentPlace(fitting.Namespace(), fitting.Name(), fitting.Uid(), DebugPodPlan.ContainerName, Reused: true);
    }

    public async Task<Exception?> RefusalAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        try
        {
            RefuseSandbox(target);
            await RefuseUnfitNodeAsync(target, cancellationToken);
            var name = DebugPodPlan.NameFor(target, options, Guid.NewGuid().ToString());
            await api.CreatePodAsync(DebugPodPlan.Manifest(target, name, needs, options, null, null), dryRun: true, cancellationToken);
            return null;
        }
        catch (ApiStatusException e) when (AccessRefusal.IsRefusal(e))
        {
            return AccessRefusal.OfDebugPod(e, DebugPodPlan.NamespaceFor(target, options));
        }
        catch (SessionException e)
        {
            return e;
        }
    }

    public Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken) => RemoveAsync(place, gracePeriod: null, cancellationToken);

    /// <summary>The manifest that would be created now, for <c>--dry-run</c>.</summary>
    public async Task<ManifestText> PlanAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken) =>
        ManifestText.Format(DebugPodPlan.Manifest(
            target, DebugPodPlan.NameFor(target, options), needs, options, await PullSecretAsync(target, cancellationToken), await ByAsync(cancellationToken)));

    private Task<V1PodList> ListAsync(string ns, string pod, CancellationToken cancellationToken) =>
        api.ListPodsAsync(options.Namespace ?? ns, DebugPodPlan.SelectorFor(ns, pod), null, cancellationToken);

    public async Task<AgentPlace> CreateAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        var secret = PullSecretAsync(target, cancellationToken);
        var by = ByAsync(cancellationToken);
        await Task.WhenAll(secret, by, RefuseUnfitNodeAsync(target, cancellationToken), SweepAsync(target, cancellationToken));

        // A list taken before the sweep still names what was swept: those names are free again.
        var taken = ours.Where(pod => !DebugPodFit.IsFinished(pod)).Select(pod => pod.Name()).ToHashSet();
        var name = DebugPodPlan.NameFor(target, options);
        for (var attempt = 1; ; attempt++)
        {
            if (taken.Contains(name))
            {
                name = DebugPodPlan.NameFor(target, options, Guid.NewGuid().ToString());
            }

            try
            {
                return await CreateAndAwaitAsync(DebugPodPlan.Manifest(target, name, needs, options, await secret, await by), cancellationToken);
            }
            catch (ApiStatusException e) when (e.Code == HttpStatusCode.Conflict && attempt < NameAttempts)
            {
                // Somebody else's pod, one of ours that another scope has just made, or one still being deleted.
                taken.Add(name);
            }
        }
    }

    private async Task<AgentPlace> CreateAndAwaitAsync(V1Pod manifest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        V1Pod created;
        try
        {
            // Not cancelled with the rest: a create whose answer nobody awaits would leave a pod behind.
            using var creating = new Reprieve(options.StartTimeout, TimeAfterStop, time, cancellationToken);
            created = await api.CreatePodAsync(manifest, dryRun: false, creating.Token);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            throw AccessRefusal.OfDebugPod(e, manifest.Namespace());
        }
        catch (ConnectionLostException)
        {
            WarnOfUncertainty(manifest);
            throw;
        }
        catch (OperationCanceledException e)
        {
            WarnOfUncertainty(manifest);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SessionException(
                $"the API server took longer than {options.StartTimeout.TotalSeconds:0} s to create the debug pod", "--timeout gives it longer", e);
        }

        var place = new AgentPlace(created.Namespace(), created.Name(), created.Uid(), DebugPodPlan.ContainerName, Reused: false);
        try
        {
            await AwaitRunningAsync(created, cancellationToken);
            return place;
        }
        catch
        {
            // Without grace: nothing has run in it, and a kubelet that is still starting a pod may take a minute to let it go.
            await RemoveAsync(place, TimeSpan.Zero, cancellationToken);
            throw;
        }
    }

    // It might be another scope's as well, which only whoever is told can know.
    private void WarnOfUncertainty(V1Pod manifest) =>
        warn($"debug pod {manifest.Name()} may have been created all the same; scope -n {manifest.Namespace()} -p all cleanup removes it");

    private async Task RemoveAsync(AgentPlace place, TimeSpan? gracePeriod, CancellationToken stop)
    {
        using var removing = new Reprieve(RemovalTime, TimeAfterStop, time, stop);
        try
        {
            await api.DeletePodAsync(place.Namespace, place.Pod, place.Uid, gracePeriod, removing.Token);
        }
        catch (Exception e) when (e is ClusterException or OperationCanceledException)
        {
            warn($"debug pod {place.Pod} is left behind ({(e is ClusterException ? e.Message : "the API server did not answer in time")}); "
                + $"it ends by itself within {options.Deadline.TotalMinutes:0} min, or with: scope -n {place.Namespace} -p all cleanup");
        }
    }

    private async Task AwaitRunningAsync(V1Pod created, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.StartTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var change in api.WatchPodsAsync(created.Namespace(), null, $"metadata.name={created.Name()}", either.Token))
            {
                if (change.Pod?.Uid() != created.Uid())
                {
                    continue;
                }

                var progress = change.Kind == PodChangeKind.Deleted
                    ? new DebugPodProgress(false, "it was deleted by somebody else")
                    : DebugPodProgress.Read(change.Pod);
                if (progress.Failure is not null)
                {
                    throw new SessionException($"the debug pod {created.Name()} cannot run: {progress.Failure}", progress.Hint);
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
                $"the debug pod {created.Name()} did not run within {options.StartTimeout.TotalSeconds:0} s{await LastEventAsync(created, cancellationToken)}",
                "--timeout gives it longer");
        }
    }

    private async Task<string> LastEventAsync(V1Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var events = await api.ListEventsAsync(pod.Namespace(), pod.Uid(), cancellationToken);
            var telling = events.LastOrDefault(e => e.Type == "Warning") ?? (events.Count > 0 ? events[^1] : null);
            return telling is null ? $": node {pod.Spec.NodeName} has not answered" : $": {telling.Reason}: {telling.Message}";
        }
        catch (ApiStatusException)
        {
            return "";
        }
    }

    private async Task<string?> PullSecretAsync(Target target, CancellationToken cancellationToken) =>
        options.PullSecret.Length > 0 && await api.SecretExistsAsync(DebugPodPlan.NamespaceFor(target, options), options.PullSecret, cancellationToken) != false ? options.PullSecret : null;

    // A node that is gone, silent, of another system or virtual would leave the debug pod Pending without a word.
    private async Task RefuseUnfitNodeAsync(Target target, CancellationToken cancellationToken)
    {
        V1Node node;
        try
        {
            node = await api.ReadNodeAsync(target.Node, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw new SessionException($"node {target.Node} of pod {target.Pod} is gone", "the pod will be deleted soon; look at its replacement");
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return;
        }

        NodePlan.RefuseUnfit(node, target.Pod);
    }

    // Who the server says we are, and who we say: many share the credentials of one administrator.
    private async Task<string?> ByAsync(CancellationToken cancellationToken) => (await api.WhoAmIAsync(cancellationToken), options.User) switch
    {
        ({ } name, { } user) => $"{name} ({user})",
        var (name, user) => name ?? user,
    };

    // What ended by itself is only litter: that of every target of the namespace, since nobody else may ever come by. Whoever may not
    // remove it works on beside it.
    private async Task SweepAsync(Target target, CancellationToken cancellationToken)
    {
        try
        {
            var ended = await api.ListPodsAsync(
                DebugPodPlan.NamespaceFor(target, options), DebugPodPlan.SelectorFor(target.Namespace), Ended, cancellationToken);
            await Parallel.ForEachAsync(
                ended.Items.Where(pod => DebugPodFit.IsOurs(pod) && DebugPodFit.IsFinished(pod)),
                cancellationToken,
                async (pod, token) => await api.DeletePodAsync(pod.Namespace(), pod.Name(), pod.Uid(), TimeSpan.Zero, token));
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
        }
    }

    private static void RefuseSandbox(Target target)
    {
        if (target.SandboxedRuntime is { } runtime)
        {
            throw new SessionException(
                $"pod {target.Pod} runs in the sandboxed runtime '{runtime}': its processes are hidden from its node",
                "--mode ephemeral looks in from within the pod");
        }
    }
}

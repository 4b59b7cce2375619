using System.Net;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>Which of our things are meant.</summary>
/// <param name="Namespace">The targets' namespace; null for all.</param>
/// <param name="Target">The target's name; null for all.</param>
/// <param name="DebugNamespace">Where debug pods are put, if not beside their targets.</param>
public sealed record FootprintQuery(string? Namespace, string? Target, string? DebugNamespace);

/// <summary>Finds what of ours is in the cluster, and removes it.</summary>
/// <param name="warn">Takes what the user should know of although it is no failure of the command.</param>
public sealed class Footprints(IClusterApi api, Action<string> warn)
{
    /// <summary>What is there now, by namespace and name.</summary>
    public async Task<IReadOnlyList<Footprint>> FindAsync(FootprintQuery query, CancellationToken cancellationToken)
    {
        var targets = TargetsAsync(query, cancellationToken);
        var lists = await Task.WhenAll(Places(query).Select(place => ListAsync(place.Namespace, place.Selector, query, cancellationToken)));
        return
        [
            .. lists.SelectMany(list => list).Select(Footprint.Of).OfType<Footprint>().Concat((await targets).SelectMany(Footprint.InPod))
                .OrderBy(one => one.Namespace, StringComparer.Ordinal).ThenBy(one => one.Name, StringComparer.Ordinal).ThenBy(one => one.Container, StringComparer.Ordinal),
        ];
    }

    /// <summary>Ends the process of an ephemeral container, whose entry stays; what kept it from that, or null.</summary>
    public async Task<ClusterException?> EndAsync(Footprint one, CancellationToken cancellationToken)
    {
        try
        {
            await EphemeralEnd.EndAsync(api, one.Namespace, one.Name, one.Container!, cancellationToken);
            return null;
        }
        catch (ClusterException e)
        {
            return e;
        }
    }

    /// <summary>Deletes exactly these debug pods and waits until the last is gone; no pod of another UID is touched.</summary>
    /// <param name="gone">Told of each as it goes.</param>
    /// <exception cref="OperationCanceledException">The time ran out; what has not been told of is left.</exception>
    public Task RemoveAsync(IReadOnlyList<Footprint> pods, Action<Footprint> gone, CancellationToken cancellationToken) =>
        Task.WhenAll(pods.GroupBy(pod => pod.Namespace).Select(group => RemoveInAsync(group.Key, [.. group], gone, cancellationToken)));

    private async Task RemoveInAsync(string ns, IReadOnlyList<Footprint> pods, Action<Footprint> gone, CancellationToken cancellationToken)
    {
        var left = pods.ToDictionary(pod => pod.Uid);
        await Parallel.ForEachAsync(
            pods, cancellationToken, async (pod, token) => await api.DeletePodAsync(ns, pod.Name, pod.Uid, pod.IsOver ? TimeSpan.Zero : null, token));

        HashSet<string> seen = [];
        await foreach (var change in api.WatchPodsAsync(ns, DebugPodPlan.Selector, null, cancellationToken))
        {
            if (change.Kind is PodChangeKind.Added or PodChangeKind.Modified)
            {
                seen.Add(change.Pod!.Uid());
                continue;
            }

            foreach (var uid in change.Pod is { } deleted ? [deleted.Uid()] : left.Keys.Except(seen).ToArray())
            {
                if (left.Remove(uid, out var pod))
                {
                    gone(pod);
                }
            }

            if (left.Count == 0)
            {
                return;
            }
        }
    }

    // Whoever has debug pods in a namespace of their own may have no right to list others, and then has none there.
    private async Task<IEnumerable<V1Pod>> ListAsync(string? ns, string selector, FootprintQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ListPodsAsync(ns, selector, null, cancellationToken)).Items;
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden && query.DebugNamespace is { } elsewhere && elsewhere != ns)
        {
            warn($"not allowed to list pods in {(ns is null ? "all namespaces" : $"namespace {ns}")}: only what is in {elsewhere} is looked at");
            return ns is null ? (await api.ListPodsAsync(elsewhere, selector, null, cancellationToken)).Items : [];
        }
    }

    // No selector finds a pod by its ephemeral containers. Who may not list the targets hears of that where debug pods are listed.
    private async Task<IEnumerable<V1Pod>> TargetsAsync(FootprintQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ListPodsAsync(query.Namespace, null, query.Target is { } target ? $"metadata.name={target}" : null, cancellationToken)).Items;
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return [];
        }
    }

    private static IEnumerable<(string? Namespace, string Selector)> Places(FootprintQuery query)
    {
        yield return (query.Namespace, query is { Namespace: { } ns, Target: { } target } ? DebugPodPlan.SelectorFor(ns, target) : DebugPodPlan.Selector);
        if (query.Namespace is { } targets && query.DebugNamespace is { } elsewhere && elsewhere != targets)
        {
            yield return (elsewhere, query.Target is { } one ? DebugPodPlan.SelectorFor(targets, one) : DebugPodPlan.SelectorFor(targets));
        }
    }
}

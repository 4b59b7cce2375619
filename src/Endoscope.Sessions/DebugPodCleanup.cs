using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>A debug pod to remove: exactly the one of this UID.</summary>
public sealed record DebugPodName(string Name, string Uid);

/// <summary>Removes debug pods and waits until they are gone.</summary>
public sealed class DebugPodCleanup(IClusterApi api)
{
    /// <summary>Finds the debug pods of one target, or of all targets of a namespace.</summary>
    /// <param name="targetPod">The target's name, or null for all.</param>
    public async Task<IReadOnlyList<DebugPodName>> FindAsync(string ns, string? targetPod, CancellationToken cancellationToken)
    {
        var selector = targetPod is null ? DebugPodPlan.Selector : DebugPodPlan.SelectorFor(targetPod);
        return [.. (await api.ListPodsAsync(ns, selector, null, cancellationToken)).Items.Select(pod => new DebugPodName(pod.Name(), pod.Uid()))];
    }

    /// <summary>Deletes exactly these pods and waits until the last is gone; none of another UID is touched.</summary>
    /// <param name="gone">Told of each pod as it goes.</param>
    /// <exception cref="OperationCanceledException">The time ran out; what has not been told of is left.</exception>
    public async Task RemoveAsync(string ns, IReadOnlyList<DebugPodName> pods, Action<DebugPodName> gone, CancellationToken cancellationToken)
    {
        var left = pods.ToDictionary(pod => pod.Uid);
        await Task.WhenAll(pods.Select(pod => api.DeletePodAsync(ns, pod.Name, pod.Uid, null, cancellationToken)));

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
}

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions.Capture;

/// <summary>Which pods are meant.</summary>
/// <param name="References">Pods and workloads by name.</param>
/// <param name="LabelSelector">All pods that it selects, or null.</param>
/// <param name="All">All pods of the namespace.</param>
/// <param name="Container">The container by which to find them, or null; only their networks matter.</param>
public sealed record PodSelection(IReadOnlyList<TargetReference> References, string? LabelSelector, bool All, string? Container);

/// <summary>One of the pods meant can be captured, or is gone.</summary>
/// <param name="Uid">The pod's UID.</param>
/// <param name="Pod">The pod; null where it is gone.</param>
public sealed record PodSeen(string Uid, PodToCapture? Pod);

/// <summary>The pods that a selection means, now and later. Our own debug pods are never among them.</summary>
public sealed class SelectedPods : IAsyncDisposable
{
    internal const string NotOurs = "app.kubernetes.io/name!=endoscope";

    private readonly Channel<(int Watch, PodChange Change)> changes = Channel.CreateUnbounded<(int, PodChange)>();
    private readonly CancellationTokenSource stop;
    private readonly PodSelection selection;
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private Task watching = Task.CompletedTask;

    private SelectedPods(PodSelection selection, CancellationToken cancellationToken)
    {
        this.selection = selection;
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Those that can be captured now, by name.</summary>
    public IReadOnlyList<PodToCapture> Initial { get; private set; } = [];

    /// <summary>What is worth telling the user about those that cannot.</summary>
    public IReadOnlyList<string> Notes { get; private set; } = [];

    /// <summary>Finds the pods.</summary>
    /// <exception cref="SessionException">A pod or a workload that was named is not there, or the only one cannot be captured.</exception>
    public static async Task<SelectedPods> FindAsync(IClusterApi api, string ns, PodSelection selection, CancellationToken cancellationToken)
    {
        var pods = new SelectedPods(selection, cancellationToken);
        try
        {
            var queries = new List<(string? Labels, string? Fields)>();
            foreach (var reference in selection.References)
            {
                queries.Add(reference.Kind is null
                    ? (null, $"metadata.name={reference.Name}")
                    : (await new TargetResolver(api).SelectorOfAsync(ns, reference.Kind, reference.Name, cancellationToken), null));
            }

            if (selection.LabelSelector is not null || selection.All)
            {
                queries.Add((selection.LabelSelector, null));
            }

            pods.watching = Task.WhenAll(queries.Select((query, i) => pods.WatchAsync(api, ns, i, query.Labels, query.Fields)));
            await pods.ListAsync(ns, queries.Count, cancellationToken);
            return pods;
        }
        catch
        {
            await pods.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every change since.</summary>
    public async IAsyncEnumerable<PodSeen> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (watch, change) in changes.Reader.ReadAllAsync(cancellationToken))
        {
            if (change.Pod is not { } pod)
            {
                continue;
            }

            if (change.Kind == PodChangeKind.Deleted || Access.DebugPodFit.IsFinished(pod))
            {
                if (told.Remove(pod.Uid()))
                {
                    yield return new PodSeen(pod.Uid(), null);
                }
            }
            else if (!told.Contains(pod.Uid()) && Try(pod, watch, out _) is { } capturable)
            {
                told.Add(pod.Uid());
                yield return new PodSeen(pod.Uid(), capturable);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching;
        stop.Dispose();
    }

    private async Task WatchAsync(IClusterApi api, string ns, int number, string? labels, string? fields)
    {
        try
        {
            var selector = labels is null ? NotOurs : $"{labels},{NotOurs}";
            await foreach (var change in api.WatchPodsAsync(ns, selector, fields, stop.Token))
            {
                changes.Writer.TryWrite((number, change));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            changes.Writer.TryComplete();
        }
        catch (ClusterException e)
        {
            changes.Writer.TryComplete(e);
        }
    }

    private async Task ListAsync(string ns, int watches, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (V1Pod Pod, int Watch)>(StringComparer.Ordinal);
        var seen = new HashSet<int>();
        for (var synced = 0; synced < watches;)
        {
            var (watch, change) = await ReadAsync(cancellationToken);
            if (change.Kind == PodChangeKind.Synced)
            {
                synced++;
            }
            else if (change is { Kind: not PodChangeKind.Deleted, Pod: { } pod })
            {
                found[pod.Uid()] = (pod, watch);
                seen.Add(watch);
            }
        }

        RefuseMissing(ns, seen, found.Count);
        Choose([.. found.Values.OrderBy(one => one.Pod.Name(), StringComparer.Ordinal)]);
    }

    private void RefuseMissing(string ns, HashSet<int> seen, int found)
    {
        for (var i = 0; i < selection.References.Count; i++)
        {
            if (selection.References[i] is { Kind: null } pod && !seen.Contains(i))
            {
                throw new SessionException($"there is no pod '{pod.Name}' in namespace '{ns}'", $"kubectl get pods -n {ns} lists them; -n names another namespace");
            }
        }

        if (found == 0)
        {
            throw new SessionException($"no pod in namespace {ns} is selected", $"kubectl get pods -n {ns} --show-labels lists them");
        }
    }

    private void Choose(IReadOnlyList<(V1Pod Pod, int Watch)> pods)
    {
        List<PodToCapture> initial = [];
        List<string> notes = [];
        SessionException? reason = null;
        foreach (var (pod, watch) in pods)
        {
            if (Try(pod, watch, out var failure) is { } capturable)
            {
                initial.Add(capturable);
                told.Add(pod.Uid());
            }
            else
            {
                reason ??= failure;
                notes.Add($"{failure!.Message}; it joins when it can");
            }
        }

        Initial = initial.Count > 0 ? initial : throw reason!;
        Notes = notes;
    }

    private async Task<(int Watch, PodChange Change)> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await changes.Reader.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException e) when (e.InnerException is ClusterException cluster)
        {
            throw cluster;
        }
    }

    private PodToCapture? Try(V1Pod pod, int watch, out SessionException? failure)
    {
        try
        {
            failure = null;
            return PodToCapture.From(pod, selection.Container) with { Reference = watch };
        }
        catch (SessionException e)
        {
            failure = e;
            return null;
        }
    }
}

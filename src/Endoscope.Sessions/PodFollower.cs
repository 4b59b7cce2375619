using System.Net;
using System.Runtime.CompilerServices;
using Endoscope.Kubernetes;

namespace Endoscope.Sessions;

/// <summary>One change of where pods are.</summary>
/// <param name="Pod">The pod; as it was last where it is gone.</param>
/// <param name="IsGone">Whether it is no more.</param>
public sealed record PodSighting(PodPlace Pod, bool IsGone);

/// <summary>Where the pods of a namespace are, and how that changes: one list, then a watch from there. Our own debug pods are left out.</summary>
public sealed class PodFollower : IAsyncDisposable
{
    /// <summary>Selects all pods but our own debug pods.</summary>
    internal const string NotOurs = "app.kubernetes.io/name!=endoscope";

    private readonly CancellationTokenSource stop;
    private readonly IAsyncEnumerator<PodChange> changes;

    private PodFollower(IClusterApi api, string ns, string? name, CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        changes = api.WatchPodsAsync(ns, NotOurs, name is null ? null : $"metadata.name={name}", stop.Token).GetAsyncEnumerator(stop.Token);
    }

    /// <summary>The pods there were at the start, by name.</summary>
    public IReadOnlyList<PodPlace> Pods { get; private set; } = [];

    /// <summary>Lists the pods.</summary>
    /// <param name="name">The only pod of interest, or null for all of the namespace.</param>
    /// <exception cref="SessionException">There is no pod of that name.</exception>
    public static async Task<PodFollower> StartAsync(IClusterApi api, string ns, string? name, CancellationToken cancellationToken)
    {
        var one = name is null ? null : await TargetResolver.ReadPodAsync(api, ns, name, cancellationToken);
        var follower = new PodFollower(api, ns, name, cancellationToken);
        try
        {
            await follower.ListAsync();
            return follower;
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden && one is not null)
        {
            // Whoever may get a pod need not be allowed to list: where it is now is enough to begin with.
            follower.Pods = [PodPlace.Of(one)];
            return follower;
        }
        catch
        {
            await follower.DisposeAsync();
            throw;
        }
    }

    /// <summary>Every change since, until cancelled; once.</summary>
    public async IAsyncEnumerable<PodSighting> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stopping = cancellationToken.Register(stop.Cancel);
        while (await NextAsync())
        {
            if (changes.Current.Pod is { } pod)
            {
                yield return new PodSighting(PodPlace.Of(pod), changes.Current.Kind == PodChangeKind.Deleted);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await changes.DisposeAsync();
        stop.Dispose();
    }

    // Whoever may not list, or may list and not watch, is told of no change.
    private async Task<bool> NextAsync()
    {
        try
        {
            if (await changes.MoveNextAsync())
            {
                return true;
            }
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
        }

        await Task.Delay(Timeout.Infinite, stop.Token);
        return false;
    }

    private async Task ListAsync()
    {
        List<PodPlace> pods = [];
        while (await changes.MoveNextAsync() && changes.Current is { Kind: not PodChangeKind.Synced, Pod: { } pod })
        {
            pods.Add(PodPlace.Of(pod));
        }

        Pods = [.. pods.OrderBy(pod => pod.Name, StringComparer.Ordinal)];
    }
}

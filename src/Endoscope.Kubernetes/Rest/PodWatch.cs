using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s.Models;

namespace Endoscope.Kubernetes.Rest;

/// <summary>
/// A list and then a watch of pods that goes on whatever happens to the connection. What changed while it was broken is told when it
/// is back: from the last resource version on, or, when the server no longer knows that one, by comparing a new list with what was told.
/// </summary>
internal sealed class PodWatch(ApiTransport transport, PodQuery query)
{
    private readonly Dictionary<string, V1Pod> told = new(StringComparer.Ordinal);
    private readonly Backoff backoff = new();

    public async IAsyncEnumerable<PodChange> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var list = await query.ListAsync(transport, cancellationToken);
        foreach (var change in Compare(list))
        {
            yield return change;
        }

        yield return new PodChange(PodChangeKind.Synced, null);
        var version = list.Metadata?.ResourceVersion;
        while (true)
        {
            if (version is null)
            {
                list = await RelistAsync(cancellationToken);
                foreach (var change in Compare(list))
                {
                    yield return change;
                }

                version = list.Metadata?.ResourceVersion;
            }

            await foreach (var step in FollowAsync(version, cancellationToken))
            {
                version = step.Version;
                if (step.Change is { } change)
                {
                    yield return change;
                }
            }

            await Task.Delay(backoff.Next(), transport.Time, cancellationToken);
        }
    }

    /// <summary>One connection's worth of changes; ends where the connection does. A null version asks for a new list.</summary>
    private async IAsyncEnumerable<Step> FollowAsync(string? version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(version, cancellationToken);
        if (response is null)
        {
            yield break;
        }

        if (response.StatusCode == HttpStatusCode.Gone)
        {
            yield return new Step(null, null);
            yield break;
        }

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = WatchReader.ReadAsync(stream, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(events, cancellationToken) is { } item)
        {
            if (item.Pod is null)
            {
                // Whatever the error is, a new list settles it, or fails in a way that says more.
                yield return new Step(null, null);
                yield break;
            }

            backoff.Reset();
            yield return new Step(item.Pod.Metadata.ResourceVersion, Tell(item));
        }
    }

    private async Task<HttpResponseMessage?> OpenAsync(string? version, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendAsync(query.Watch(version), cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Gone)
        {
            return new HttpResponseMessage(HttpStatusCode.Gone);
        }
        catch (ClusterException e) when (MayPass(e))
        {
            return null;
        }
    }

    private async Task<V1PodList> RelistAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await query.ListAsync(transport, cancellationToken);
            }
            catch (ClusterException e) when (MayPass(e))
            {
                await Task.Delay(backoff.Next(), transport.Time, cancellationToken);
            }
        }
    }

    private static async Task<WatchEvent?> NextAsync(IAsyncEnumerator<WatchEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync() ? events.Current : null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException
            && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>
    /// The server being away, restarting or overloaded passes. A refusal does not, nor a certificate that is not trusted, nor a credential
    /// plugin that fails, which would be run again and again.
    /// </summary>
    private static bool MayPass(ClusterException e) => e switch
    {
        ApiStatusException status => status.Code is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests,
        ConnectionLostException => true,
        _ => e.InnerException is SocketException or IOException or OperationCanceledException,
    };

    private PodChange? Tell(WatchEvent item)
    {
        var pod = item.Pod!;
        switch (item.Type)
        {
            case "ADDED" or "MODIFIED":
                var known = told.ContainsKey(Key(pod));
                told[Key(pod)] = pod;
                return new PodChange(known ? PodChangeKind.Modified : PodChangeKind.Added, pod);
            case "DELETED":
                told.Remove(Key(pod));
                return new PodChange(PodChangeKind.Deleted, pod);
            default:
                return null;
        }
    }

    /// <summary>What differs between a new list and what was told; remembers it as told.</summary>
    private List<PodChange> Compare(V1PodList list)
    {
        var changes = new List<PodChange>();
        var now = list.Items.Select(Key).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in told.Values.Where(pod => !now.Contains(Key(pod))).ToList())
        {
            told.Remove(Key(gone));
            changes.Add(new PodChange(PodChangeKind.Deleted, gone));
        }

        foreach (var pod in list.Items)
        {
            if (!told.TryGetValue(Key(pod), out var old))
            {
                changes.Add(new PodChange(PodChangeKind.Added, pod));
            }
            else if (old.Metadata.ResourceVersion != pod.Metadata.ResourceVersion)
            {
                changes.Add(new PodChange(PodChangeKind.Modified, pod));
            }

            told[Key(pod)] = pod;
        }

        return changes;
    }

    // A pod that was deleted and made again under its name is another pod.
    private static string Key(V1Pod pod) => pod.Metadata.Uid ?? pod.Metadata.Name;

    private readonly record struct Step(string? Version, PodChange? Change);
}

using System.Threading.Channels;
using Endoscope.Kubernetes;
using Endoscope.Protocol;

namespace Endoscope.Sessions.Capture;

/// <summary>A capture of many pods: a session on each of their nodes, and the news of all of them in one place.</summary>
/// <param name="enter">Gets beside a pod.</param>
/// <param name="isSessionOfOnePod">Whether an agent sees its own pod alone, and not all those of its node.</param>
public sealed class ClusterCapture(
    IClusterApi api, Func<TargetReference, CancellationToken, Task<TargetAccess>> enter, CaptureRequest request, TimeProvider time, bool isSessionOfOnePod = false)
    : IAsyncDisposable
{
    // With at most 256 KiB of packets in each, and as much again on its way.
    private const int MostNews = 64;
    private const int DefaultKubeletPort = 10250;

    private readonly Channel<CaptureNews> news = Channel.CreateBounded<CaptureNews>(MostNews);
    private readonly Dictionary<string, NodeCapture> nodes = new(StringComparer.Ordinal);
    private readonly List<Task> readers = [];
    private readonly CancellationTokenSource abandon = new();
    private readonly Lock gate = new();
    private ClockEstimate? reference;
    private int interfaces;
    private bool stopping;

    /// <summary>What the capture brings, until it has ended on every node.</summary>
    public ChannelReader<CaptureNews> News => news.Reader;

    /// <summary>The clocks of the nodes that are captured on, and what is taken off their times.</summary>
    public IReadOnlyList<(string Node, ClockEstimate Clock, TimeSpan Correction)> Clocks
    {
        get
        {
            lock (gate)
            {
                return [.. nodes.Values.Select(one => (one.Node, one.Clock, TimeSpan.FromTicks(one.Correction / 100)))];
            }
        }
    }

    /// <summary>Captures more pods. The first of a node brings its session; what goes wrong with one of several pods shows in the news.</summary>
    /// <exception cref="SessionException">The filter is wrong, or none of these pods can be captured.</exception>
    public async Task AddAsync(IReadOnlyList<PodToCapture> pods, CancellationToken cancellationToken)
    {
        var failures = await Task.WhenAll(pods.GroupBy(PlaceOf).Select(node => AddAsync(node.Key, new Queue<PodToCapture>(node), cancellationToken)));
        var wrong = failures.OfType<AgentException>().FirstOrDefault(failure => failure.Code == AgentErrorCode.Filter);
        if (wrong is not null || !failures.Contains(null))
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(wrong ?? failures[0]!);
        }

        foreach (var failure in failures.OfType<Exception>())
        {
            await news.Writer.WriteAsync(new NodeLost("", failure), cancellationToken);
        }
    }

    /// <summary>Asks every node for what it has, and to end. <see cref="News"/> ends when all have.</summary>
    public async Task StopAsync()
    {
        NodeCapture[] all;
        lock (gate)
        {
            stopping = true;
            all = [.. nodes.Values];
        }

        foreach (var node in all)
        {
            try
            {
                await node.StopAsync(abandon.Token);
            }
            catch (Exception e) when (e is IOException or ClusterException or OperationCanceledException)
            {
                // The connection is gone, which the reading side reports.
            }
        }

        _ = CompleteAsync();
    }

    /// <summary>Waits for nothing any more.</summary>
    public void Abandon() => abandon.Cancel();

    public async ValueTask DisposeAsync()
    {
        await abandon.CancelAsync();
        news.Writer.TryComplete();
        await Task.WhenAll(readers);
        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }

        abandon.Dispose();
    }

    private string PlaceOf(PodToCapture pod) => isSessionOfOnePod ? pod.Target.Uid : pod.Target.Node;

    private async Task CompleteAsync()
    {
        Task[] all;
        lock (gate)
        {
            all = [.. readers];
        }

        await Task.WhenAll(all);
        news.Writer.TryComplete();
    }

    /// <summary>Null, or why none of a node's pods is captured.</summary>
    private async Task<Exception?> AddAsync(string place, Queue<PodToCapture> pods, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        NodeCapture? session;
        lock (gate)
        {
            nodes.TryGetValue(place, out session);
        }

        while (session is null && pods.TryDequeue(out var first))
        {
            try
            {
                session = await StartAsync(place, first, cancellationToken);
            }
            catch (AgentException e) when (e.Code != AgentErrorCode.Filter && pods.Count > 0)
            {
                failure = e;
                await news.Writer.WriteAsync(new PodLost(first, null, e.Message), cancellationToken);
            }
            catch (Exception e) when (e is SessionException or ClusterException)
            {
                return e;
            }
        }

        while (session is not null && pods.TryDequeue(out var pod))
        {
            await session.JoinAsync(pod, cancellationToken);
        }

        return session is null ? failure : null;
    }

    private async Task<NodeCapture> StartAsync(string place, PodToCapture first, CancellationToken cancellationToken)
    {
        var port = KubeletPortAsync(first.Target.Node, cancellationToken);
        var beside = await enter(new TargetReference(null, first.Target.Pod), cancellationToken);
        NodeCapture session;
        try
        {
            session = await NodeCapture.StartAsync(
                beside, first, request with { KubeletPort = await port }, time, () => Interlocked.Increment(ref interfaces) - 1, cancellationToken);
        }
        catch
        {
            await beside.DisposeAsync();
            throw;
        }

        lock (gate)
        {
            reference ??= session.Clock;
            session.Correction = session.Clock.CorrectionTo(reference.Value);
            nodes.Add(place, session);
            readers.Add(ReadAsync(place, session));
        }

        return session;
    }

    private async Task<int> KubeletPortAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            return (await api.ReadNodeAsync(node, cancellationToken)).Status?.DaemonEndpoints?.KubeletEndpoint?.Port ?? DefaultKubeletPort;
        }
        catch (ClusterException)
        {
            // Who may not read nodes gets the port that nearly all of them have.
            return DefaultKubeletPort;
        }
    }

    private async Task ReadAsync(string place, NodeCapture node)
    {
        try
        {
            while (await node.ReadAsync(abandon.Token) is { } one)
            {
                await news.Writer.WriteAsync(one, abandon.Token);
            }

            if (!stopping)
            {
                throw new ConnectionLostException("the agent ended a capture that nobody had stopped");
            }
        }
        catch (OperationCanceledException)
        {
            // Abandoned: whoever did that knows.
        }
        catch (Exception e) when (e is SessionException or ClusterException or IOException)
        {
            await ReportAsync(place, node, e);
        }
    }

    private async Task ReportAsync(string place, NodeCapture node, Exception failure)
    {
        lock (gate)
        {
            nodes.Remove(place);
        }

        try
        {
            await news.Writer.WriteAsync(new NodeLost(node.Node, failure), abandon.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // Nobody wants to know any more.
        }

        await node.DisposeAsync();
    }
}

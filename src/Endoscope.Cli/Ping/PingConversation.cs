using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;

namespace Endoscope.Cli.Ping;

/// <summary>Runs fping beside the target, again whenever the addresses to ping have changed, and keeps board and view up to date.</summary>
internal sealed class PingConversation(
    PingRequest request, TargetAccess beside, PodFollower follower, PingDestinations destinations, IPingView view)
{
    // Pods often come several at once: their changes are waited for before fping is started anew.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Reconnecting = TimeSpan.FromSeconds(1);
    private const int MostReconnections = 300;

    // Beyond the time in which an answer or its lack is known.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Lock gate = new();
    private readonly PingBoard board = destinations.Board;
    private CancellationTokenSource? batch;
    private TaskCompletionSource changed = NewSignal();
    private Task settling = Task.CompletedTask;
    private string? failure;
    private int reconnections;
    private string? lost;
    private int heard;

    /// <summary>Pings until all probes are answered or lost, until the user says so in the view, or until cancelled.</summary>
    /// <exception cref="SessionException">fping cannot work.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Show(destinations.Beginning);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, view.Quit);
        var watching = WatchAsync(over.Token);
        try
        {
            do
            {
                await PingThroughLossesAsync(over.Token);
            }
            while (request.Count == 0 && !over.IsCancellationRequested);
        }
        finally
        {
            await over.CancelAsync();
            await watching;
            await settling;
        }
    }

    // A finite run would not have sent all its probes; one without end goes on when the way to the agent is back.
    private async Task PingThroughLossesAsync(CancellationToken over)
    {
        try
        {
            await PingAsync(over);
        }
        catch (ClusterException e) when (request.Count == 0 && (e is ConnectionLostException || lost is not null) && reconnections < MostReconnections)
        {
            reconnections++;
            if (e.Message != lost)
            {
                lost = e.Message;
                Show([new Notice($"connection lost: {e.Message}; trying again", IsFailure: true)]);
            }

            await Task.Delay(Reconnecting, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void TellThatTheConnectionIsBack()
    {
        if (lost is not null)
        {
            (lost, reconnections) = (null, 0);
            Show([new Notice("connected again", IsFailure: false)]);
        }
    }

    // One fping, from its start until it ends or the addresses change.
    private async Task PingAsync(CancellationToken over)
    {
        var addresses = board.Addresses;
        if (addresses.Count == 0)
        {
            await WaitForChangeAsync(over);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over);
        lock (gate)
        {
            batch = stop;
        }

        try
        {
            // With the token that the catch below looks at: when another one fires, this one may still be about to.
            await using var session = await beside.StartAsync(
                new RunRequest { Argv = destinations.Plan(addresses).Argv }, "ping", stop.Token);
            TellThatTheConnectionIsBack();
            board.BeginBatch();
            await using var stopping = stop.Token.Register(board.Stop);
            LineSplitter output = new(), error = new();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
            var warning = WarnOfSilenceAsync(ended.Token);
            EndEvent end;
            try
            {
                end = await ToolRun.ToEndAsync(session, new ToolSink(Into(output), Into(error)), ToolRun.TimeToStop, stop.Token);
            }
            finally
            {
                await ended.CancelAsync();
                await warning;
            }

            Take(output.Rest());
            Take(error.Rest());
            Show(board.EndBatch());
            ThrowIfFailed(end, stop.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It did not end in time after it was told to, or had not begun.
        }
        finally
        {
            lock (gate)
            {
                batch = null;
            }
        }
    }

    // Of probes that the kernel does not send, fping says nothing until its end.
    private async Task WarnOfSilenceAsync(CancellationToken ended)
    {
        var patience = board.Run.Interval + board.Run.Timeout + Patience;
        while (true)
        {
            var before = Volatile.Read(ref heard);
            await Task.Delay(patience, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            if (Volatile.Read(ref heard) == before)
            {
                Show([new Notice(
                    $"neither answers nor losses for {patience.TotalSeconds:0} s: no probe leaves the target, which has no route, a firewall, or no network any more", IsFailure: true)]);
            }
        }
    }

    private void ThrowIfFailed(EndEvent end, bool stopped)
    {
        // fping's own codes: 1 some were unreachable, 2 a name was not found, 3 wrong arguments, 4 a system call failed.
        if (!stopped && end.ExitCode is > 1)
        {
            throw new SessionException($"fping failed with exit code {end.ExitCode}{(failure is null ? "" : $": {failure}")}");
        }
    }

    private Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> Into(LineSplitter splitter) => (bytes, _) =>
    {
        foreach (var line in splitter.Add(bytes.Span))
        {
            Take(line);
        }

        return ValueTask.CompletedTask;
    };

    private void Take(string? line)
    {
        if (line is null || FpingLine.Parse(line) is not { } said)
        {
            return;
        }

        Interlocked.Increment(ref heard);
        failure = said is PingMessage { IsFailure: true } message ? message.Text : failure;
        Show(board.Apply(said));
    }

    private async Task WatchAsync(CancellationToken over)
    {
        try
        {
            await foreach (var sighting in follower.ChangesAsync(over))
            {
                Apply(sighting, over);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (ClusterException e)
        {
            // The user may list pods but not watch them, or the server is too busy: those that are known are pinged all the same.
            Show([new Notice($"pods that come or go are not noticed: {e.Message}", IsFailure: false)]);
        }
    }

    private void Apply(PodSighting sighting, CancellationToken over)
    {
        var before = board.Addresses;

        // A finite run pings those that were there when it began: others could not get all their probes.
        if (request.Count == 0 || sighting.IsGone || sighting.Pod.IsFinished)
        {
            Show(destinations.Apply(sighting));
        }

        if (request.Count == 0 && settling.IsCompleted && !before.ToHashSet().SetEquals(board.Addresses))
        {
            changed.TrySetResult();
            settling = RestartAsync(over);
        }
    }

    private async Task RestartAsync(CancellationToken over)
    {
        try
        {
            await Task.Delay(Settling, over);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        lock (gate)
        {
            batch?.Cancel();
        }
    }

    private async Task WaitForChangeAsync(CancellationToken over)
    {
        try
        {
            await changed.Task.WaitAsync(over);
            changed = NewSignal();
        }
        catch (OperationCanceledException)
        {
            // The run is over before there was anything to ping.
        }
    }

    private void Show(IReadOnlyList<PingChange> changes)
    {
        lock (gate)
        {
            foreach (var change in changes)
            {
                view.Show(change);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

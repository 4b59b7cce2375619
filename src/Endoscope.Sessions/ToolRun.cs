using Endoscope.Kubernetes;
using Endoscope.Protocol;

namespace Endoscope.Sessions;

/// <summary>Where a tool's bytes go on the client.</summary>
/// <param name="Output">Takes its standard output, or its terminal's.</param>
/// <param name="Error">Takes its standard error.</param>
public sealed record ToolSink(
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> Output,
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> Error);

/// <summary>Sees a tool through from its start to its end.</summary>
public static class ToolRun
{
    private const int Interrupt = 2;

    /// <summary>How long a tool that is told to stop may still print its statistics.</summary>
    public static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Passes the tool's bytes on until it ends, and returns how it ended. On <paramref name="stop"/> it is interrupted (SIGINT) and
    /// may still speak for <paramref name="timeToStop"/>; then it is abandoned, and its agent ends it.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was abandoned.</exception>
    public static async Task<EndEvent> ToEndAsync(AgentSession session, ToolSink sink, TimeSpan timeToStop, CancellationToken stop)
    {
        using var abandon = new CancellationTokenSource();
        await using var registration = stop.Register(() => abandon.CancelAfter(timeToStop));
        var interrupting = InterruptAsync(session, stop, abandon.Token);
        try
        {
            while (await session.ReadAsync(abandon.Token) is { } frame)
            {
                switch (frame.Type)
                {
                    case FrameType.Output:
                        await sink.Output(frame.Payload, abandon.Token);
                        break;
                    case FrameType.Error:
                        await sink.Error(frame.Payload, abandon.Token);
                        break;
                }
            }

            return session.End!;
        }
        finally
        {
            await abandon.CancelAsync();
            await interrupting;
        }
    }

    /// <summary>Asks for the target's processes.</summary>
    public static async Task<ProcessList> ListProcessesAsync(AgentSession session, CancellationToken cancellationToken)
    {
        var parts = new List<ProcessList>();
        while (await session.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.Processes)
            {
                parts.Add(AgentSession.ReadRecord(frame, ProtocolJson.Default.ProcessList));
            }
        }

        return parts.Count > 0
            ? new ProcessList([.. parts.SelectMany(part => part.Processes)])
            : throw new SessionException("the agent answered without a list of processes", AgentHints.For(AgentErrorCode.Protocol));
    }

    private static async Task InterruptAsync(AgentSession session, CancellationToken stop, CancellationToken over)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStop = stop.Register(() => stopped.TrySetResult());
        await using var onOver = over.Register(() => stopped.TrySetResult());
        await stopped.Task;
        if (over.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await session.SignalAsync(Interrupt, over);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ClusterException)
        {
            // The connection is gone: the agent ends the tool by itself, and the reading side reports it.
        }
    }
}

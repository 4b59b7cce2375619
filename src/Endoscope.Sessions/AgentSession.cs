using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Endoscope.Kubernetes;
using Endoscope.Protocol;

namespace Endoscope.Sessions;

/// <summary>
/// One conversation with an agent over an exec connection: a request, then frames both ways until the agent's end marker. What was
/// received is held against the marker's counters, so that a stream that was cut is never taken for a short one.
/// </summary>
public sealed class AgentSession : IAsyncDisposable
{
    private const int TellTakenAfter = Frame.CompressedWindow / 64;

    private readonly IExecSession exec;
    private readonly FrameReader reader;
    private readonly FrameWriter writer;
    private readonly InputWindow window = new(Frame.InputWindow);
    private readonly CancellationTokenSource closing = new();
    private readonly TimeProvider time;
    private readonly PeriodicTimer heartbeat;
    private Task heartbeats = Task.CompletedTask;
    private Task telling = Task.CompletedTask;
    private Frame? first;
    private long outputBytes;
    private uint taken;
    private long errorBytes;

    private AgentSession(IExecSession exec, TimeProvider time)
    {
        this.exec = exec;
        this.time = time;
        heartbeat = new PeriodicTimer(Frame.HeartbeatInterval, time);
        reader = new FrameReader(exec.Output);
        writer = new FrameWriter(exec.Input);
    }

    /// <summary>The agent's last word; null until <see cref="ReadAsync"/> has returned null.</summary>
    public EndEvent? End { get; private set; }

    /// <summary>The start of the tool, where the agent's first answer told of one.</summary>
    public StartedEvent? Started { get; private set; }

    /// <summary>Sends the request and waits for the agent's first answer, which proves that it is there. Takes over the connection.</summary>
    /// <exception cref="SessionException">The agent could not be started or does not answer as an agent.</exception>
    public static async Task<AgentSession> StartAsync(
        IExecSession exec, AgentRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new AgentSession(exec, time);
        try
        {
            await session.writer.WriteAsync(FrameType.Request, request, ProtocolJson.Default.AgentRequest, cancellationToken);
            session.heartbeats = session.SendHeartbeatsAsync();
            var first = await session.ReceiveAsync(cancellationToken);
            session.first = first;
            session.Started = first.Type == FrameType.Started ? ReadRecord(first, ProtocolJson.Default.StartedEvent) : null;
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next frame that concerns the caller, or null after the agent's end marker.</summary>
    /// <exception cref="AgentException">The agent ended with an error.</exception>
    /// <exception cref="ConnectionLostException">The stream ended without the marker, lost bytes, or fell silent.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        TellTaken();
        while (End is null)
        {
            var frame = first ?? await ReceiveAsync(cancellationToken);
            first = null;
            switch (frame.Type)
            {
                case FrameType.Heartbeat:
                    break;
                case FrameType.InputTaken:
                    window.Taken(frame.Payload.Length == sizeof(uint)
                        ? BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.Span)
                        : throw new ConnectionLostException("the agent's stream is broken: a count of another length"));
                    break;
                case FrameType.End:
                    Finish(ReadRecord(frame, ProtocolJson.Default.EndEvent));
                    break;
                default:
                    outputBytes += frame.Type is FrameType.Output or FrameType.CapturePackets ? frame.Payload.Length : 0;
                    errorBytes += frame.Type == FrameType.Error ? frame.Payload.Length : 0;
                    taken += frame.Type is FrameType.Output or FrameType.Error ? (uint)frame.Payload.Length : 0;
                    return frame;
            }
        }

        return null;
    }

    /// <summary>Sends bytes to the tool's standard input; waits while more than the window is under way.</summary>
    public async ValueTask SendInputAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await window.TakeAsync(bytes.Length, cancellationToken);
        await writer.WriteAsync(FrameType.Input, bytes, cancellationToken);
    }

    /// <summary>Ends the tool's standard input.</summary>
    public ValueTask EndInputAsync(CancellationToken cancellationToken) => writer.WriteAsync(FrameType.InputEnd, default, cancellationToken);

    /// <summary>Tells the tool's terminal its new size.</summary>
    public ValueTask ResizeAsync(TerminalSize size, CancellationToken cancellationToken)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(payload, size.Columns);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), size.Rows);
        return writer.WriteAsync(FrameType.Resize, payload, cancellationToken);
    }

    /// <summary>Sends a signal to the tool's process group.</summary>
    /// <param name="signal">A Linux signal number.</param>
    public ValueTask SignalAsync(int signal, CancellationToken cancellationToken) =>
        writer.WriteAsync(FrameType.Signal, new[] { (byte)signal }, cancellationToken);

    /// <summary>Has a running capture take up one more pod.</summary>
    public ValueTask JoinCaptureAsync(CaptureTarget target, CancellationToken cancellationToken) =>
        writer.WriteAsync(FrameType.CaptureTarget, target, ProtocolJson.Default.CaptureTarget, cancellationToken);

    /// <summary>Asks a running capture for its clock; eight bytes come back with it.</summary>
    public ValueTask ProbeClockAsync(ReadOnlyMemory<byte> mark, CancellationToken cancellationToken) =>
        writer.WriteAsync(FrameType.ClockProbe, mark, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Disposed first: cancelling its wait would make an exception, whose stack trace takes milliseconds.
        heartbeat.Dispose();
        await closing.CancelAsync();
        await heartbeats;
        await telling;
        await exec.DisposeAsync();
        writer.Dispose();
        reader.Dispose();
        closing.Dispose();
    }

    private async ValueTask<Frame> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(Frame.HeartbeatTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            return await reader.ReadAsync(either.Token) ?? throw EndedEarly();
        }
        catch (InvalidDataException e)
        {
            throw new ConnectionLostException($"the agent's stream is broken: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionLostException($"the agent has been silent for {Frame.HeartbeatTimeout.TotalSeconds:0} s", e);
        }
    }

    /// <summary>The record that a frame carries as JSON.</summary>
    /// <exception cref="ConnectionLostException">It carries none such.</exception>
    public static T ReadRecord<T>(Frame frame, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(frame.Payload.Span, type) ?? throw new JsonException("an empty record");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ConnectionLostException($"the agent's stream is broken: {e.Message}", e);
        }
    }

    // The server says that the command has ended, yet the agent never said so: it could not be started, or it was killed.
    private AgentEndedException EndedEarly()
    {
        var told = string.Join("; ", new[] { exec.Status?.Message, exec.ErrorText.Trim() }.Where(text => !string.IsNullOrEmpty(text)));
        return new AgentEndedException($"the agent ended without its end marker (exit code {exec.Status?.ExitCode?.ToString() ?? "unknown"}){(told.Length > 0 ? ": " + told : "")}", exec.Status?.ExitCode);
    }

    private void Finish(EndEvent end)
    {
        if (end.OutputBytes != outputBytes || end.ErrorBytes != errorBytes)
        {
            throw new ConnectionLostException(
                $"of {end.OutputBytes + end.ErrorBytes} bytes that the agent sent only {outputBytes + errorBytes} arrived");
        }

        if (end.Error is { } error)
        {
            throw new AgentException(error.Code, error.Message, AgentHints.For(error.Code));
        }

        End = end;
        window.Open();
    }

    private async Task SendHeartbeatsAsync()
    {
        while (await heartbeat.WaitForNextTickAsync(CancellationToken.None) && await TryTellAsync(FrameType.Heartbeat, default))
        {
        }
    }

    // Who asks for the next frame is done with the last. Reading never waits for what is sent.
    private void TellTaken()
    {
        if (taken >= TellTakenAfter && telling.IsCompleted)
        {
            var count = new byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32BigEndian(count, taken);
            taken = 0;
            telling = TryTellAsync(FrameType.OutputTaken, count);
        }
    }

    private async Task<bool> TryTellAsync(FrameType type, ReadOnlyMemory<byte> payload)
    {
        try
        {
            await writer.WriteAsync(type, payload, closing.Token);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ClusterException)
        {
            // Either the session is over, or the connection is, which the reading side reports with its reason.
            return false;
        }
    }
}

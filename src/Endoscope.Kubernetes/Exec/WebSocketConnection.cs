using System.Security.Cryptography;

namespace Endoscope.Kubernetes.Exec;

/// <summary>
/// The client's end of a WebSocket, on a stream that has been upgraded. The runtime's own WebSocket was not taken because its keep-alive
/// mistakes a reader who pauses for a dead peer, and because it offers no way to send a ping of one's own.
/// </summary>
internal sealed class WebSocketConnection : IAsyncDisposable
{
    /// <summary>The most that one message carries.</summary>
    public const int MaxSend = 32 * 1024;

    private const int ReadBuffer = 128 * 1024;
    private const int MaxControl = 125;

    private readonly Stream stream;
    private readonly TimeProvider time;
    private readonly ITimer keepAlive;
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly byte[] sendBuffer = new byte[FrameHeader.MaxSize + 1 + MaxSend];
    private readonly byte[] received = new byte[ReadBuffer];
    private int start;
    private int end;
    private long frameLeft;
    private bool finalFrame = true;
    private Task<int>? fill;
    private long fillingSince;
    private long pingedAt;
    private long unanswered;
    private int disposed;
    private volatile ConnectionLostException? lost;

    public WebSocketConnection(Stream stream, TimeProvider time)
    {
        this.stream = stream;
        this.time = time;
        pingedAt = time.GetTimestamp();
        keepAlive = time.CreateTimer(static state => ((WebSocketConnection)state!).KeepAlive(), this, Silence.Check, Silence.Check);
    }

    /// <summary>What the peer said when it closed, if it did.</summary>
    public CloseReason? Closed { get; private set; }

    /// <summary>Goes to the next message, leaving what is unread of this one; false where the peer closed or the stream ended.</summary>
    public async ValueTask<bool> NextMessageAsync(CancellationToken cancellationToken)
    {
        while (frameLeft > 0 || !finalFrame)
        {
            if (frameLeft > 0)
            {
                await NeedAsync(1, cancellationToken);
                Consume((int)Math.Min(frameLeft, end - start));
            }
            else if (!await NextFrameAsync(cancellationToken))
            {
                return false;
            }
        }

        return await NextFrameAsync(cancellationToken);
    }

    /// <summary>Reads from the message that <see cref="NextMessageAsync"/> went to; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (frameLeft == 0)
        {
            if (finalFrame)
            {
                return 0;
            }

            if (!await NextFrameAsync(cancellationToken))
            {
                throw Cut();
            }
        }

        await NeedAsync(1, cancellationToken);
        var count = (int)Math.Min(Math.Min(frameLeft, end - start), destination.Length);
        received.AsMemory(start, count).CopyTo(destination);
        Consume(count);
        return count;
    }

    /// <summary>Sends one binary message of a leading byte and at most <see cref="MaxSend"/> more.</summary>
    public async ValueTask SendAsync(byte first, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);

        // Whoever gives up waiting must not leave half a frame behind, so the write itself is not cancelled.
        await SendLockedAsync(Opcode.Binary, [first], payload.Span).WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await keepAlive.DisposeAsync();
        if (lost is null && Closed is null && sending.Wait(0))
        {
            try
            {
                await SendLockedAsync(Opcode.Close, [0x03, 0xE8], []).WaitAsync(TimeSpan.FromSeconds(1), time);
            }
            catch (Exception e) when (e is IOException or ConnectionLostException or TimeoutException or ObjectDisposedException)
            {
                // The peer learns it from the end of the stream.
            }
        }

        await stream.DisposeAsync();
    }

    /// <summary>Reads frame heads, answering what is for the connection itself, up to one that carries data.</summary>
    private async ValueTask<bool> NextFrameAsync(CancellationToken cancellationToken)
    {
        while (Closed is null)
        {
            FrameHeader header;
            while (!TryParse(out header))
            {
                if (!await FillAsync(cancellationToken))
                {
                    return start == end ? false : throw Cut();
                }
            }

            start += header.Size;
            if (!header.IsControl)
            {
                if (header.Opcode == Opcode.Continuation == finalFrame)
                {
                    throw Lost("the server sent a malformed WebSocket message");
                }

                (frameLeft, finalFrame) = (header.Length, header.IsFinal);
                return true;
            }

            await NeedAsync((int)header.Length, cancellationToken);
            await AnswerAsync(header, cancellationToken);
        }

        return false;
    }

    private bool TryParse(out FrameHeader header)
    {
        try
        {
            return FrameHeader.TryParse(received.AsSpan(start, end - start), out header);
        }
        catch (InvalidDataException e)
        {
            throw Lost(e.Message);
        }
    }

    private async ValueTask AnswerAsync(FrameHeader header, CancellationToken cancellationToken)
    {
        var payload = received.AsMemory(start, (int)header.Length);
        start += payload.Length;
        if (header.Opcode == Opcode.Close)
        {
            Closed = CloseReason.Parse(payload.Span);
        }
        else if (header.Opcode == Opcode.Ping)
        {
            await sending.WaitAsync(cancellationToken);
            await SendLockedAsync(Opcode.Pong, payload.Span[..Math.Min(payload.Length, MaxControl)], []);
        }
    }

    private void Consume(int count)
    {
        start += count;
        frameLeft -= count;
    }

    private async ValueTask NeedAsync(int count, CancellationToken cancellationToken)
    {
        while (end - start < count)
        {
            if (!await FillAsync(cancellationToken))
            {
                throw Cut();
            }
        }
    }

    /// <summary>Reads more bytes; false at the end of the stream. A cancelled wait leaves the read to the next call.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (fill is null)
        {
            received.AsSpan(start, end - start).CopyTo(received);
            (start, end) = (0, end - start);
            Volatile.Write(ref fillingSince, time.GetTimestamp());
            var read = stream.ReadAsync(received.AsMemory(end), CancellationToken.None);
            if (read.IsCompletedSuccessfully)
            {
                return Filled(read.Result);
            }

            Volatile.Write(ref fill, read.AsTask());
        }

        try
        {
            var count = await fill!.WaitAsync(cancellationToken);
            Volatile.Write(ref fill, null);
            return Filled(count);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException)
        {
            throw lost ?? Lost($"the connection broke: {(e.InnerException ?? e).Message}", e);
        }
    }

    private bool Filled(int count)
    {
        end += count;
        Volatile.Write(ref unanswered, 0);
        return count > 0;
    }

    /// <summary>Sends one frame and gives the right to send back.</summary>
    private Task SendLockedAsync(Opcode opcode, ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        Span<byte> mask = stackalloc byte[4];
        RandomNumberGenerator.Fill(mask);
        var size = FrameHeader.Write(sendBuffer, opcode, first.Length + rest.Length, mask);
        var payload = sendBuffer.AsSpan(size, first.Length + rest.Length);
        first.CopyTo(payload);
        rest.CopyTo(payload[first.Length..]);
        FrameHeader.Mask(payload, mask);
        return WriteAndReleaseAsync(size + payload.Length);
    }

    private async Task WriteAndReleaseAsync(int length)
    {
        try
        {
            await stream.WriteAsync(sendBuffer.AsMemory(0, length), CancellationToken.None);
            await stream.FlushAsync(CancellationToken.None);
            Interlocked.Add(ref unanswered, length);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or HttpRequestException)
        {
            throw lost ?? Lost($"the connection broke: {(e.InnerException ?? e).Message}", e);
        }
        finally
        {
            sending.Release();
        }
    }

    private void KeepAlive()
    {
        TimeSpan? reading = Volatile.Read(ref fill) is { IsCompleted: false }
            ? time.GetElapsedTime(Volatile.Read(ref fillingSince))
            : null;
        switch (Silence.Judge(time.GetElapsedTime(pingedAt), reading, Volatile.Read(ref unanswered)))
        {
            case Verdict.Gone:
                Lost("the server has not answered for 20 s");
                stream.Dispose();
                break;
            case Verdict.Ask when sending.Wait(0):
                pingedAt = time.GetTimestamp();
                _ = ObserveAsync(SendLockedAsync(Opcode.Ping, [], []));
                break;
        }
    }

    /// <summary>A ping that cannot be sent is told by the read that then fails too.</summary>
    private static async Task ObserveAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (ConnectionLostException)
        {
        }
    }

    private ConnectionLostException Cut() => Lost("the connection was cut in the middle of a message");

    private ConnectionLostException Lost(string message, Exception? inner = null)
    {
        var first = new ConnectionLostException(message, inner);
        return Interlocked.CompareExchange(ref lost, first, null) ?? first;
    }
}

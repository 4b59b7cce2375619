using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>The two ends of the client's connection, its heartbeats, and whether anybody is there.</summary>
internal sealed class ClientLink : IDisposable
{
    private readonly int input;
    private readonly int output;
    private readonly SessionTimes times;
    private readonly FrameDecoder decoder = new();
    private readonly Outbox outbox;
    private readonly FrameCompressor compressor = new();
    private readonly Queue<(FrameType Type, byte[] Payload)> messages = new();
    private TimeSpan heardAt = MonotonicTime.Now;
    private TimeSpan spokeAt = MonotonicTime.Now;
    private bool listens = true;
    private long outputUnderWay;

    public ClientLink(int input, int output, SessionTimes times)
    {
        (this.input, this.output, this.times) = (input, output, times);
        outbox = new Outbox(output);

        // A client that reads slowly must not keep its own signals from being read.
        Descriptor.SetNonBlocking(output);
        Descriptor.Widen(output);
    }

    /// <summary>Nobody is there any more: a stream has ended or broken, or nothing was heard for too long.</summary>
    public bool IsGone { get; private set; }

    /// <summary>Whether everything that was sent has left.</summary>
    public bool IsFree => outbox.IsFree && messages.Count == 0;

    /// <summary>Whether the client shows what comes to a person, who wants an end at once when asking for it: nothing is compressed then.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Where output can be read into, while <see cref="IsFree"/>.</summary>
    public Span<byte> Payload => outbox.Payload;

    /// <summary>When <see cref="KeepTime"/> has something to do.</summary>
    public TimeSpan Deadline => Min(heardAt + times.ClientSilence, spokeAt + times.HeartbeatInterval);

    public PollEntry InputEntry => new() { Descriptor = IsGone || !listens ? Descriptor.None : input, Events = PollEvents.In };

    public PollEntry OutputEntry => new() { Descriptor = IsGone ? Descriptor.None : output, Events = IsFree ? (short)0 : PollEvents.Out };

    /// <summary>Reads what the client has sent; its frames are then taken by <see cref="TryTake"/>.</summary>
    public void Read()
    {
        var got = decoder.Fill(input);
        if (got > 0)
        {
            heardAt = MonotonicTime.Now;
        }
        else if (got == 0 || Descriptor.LastError != Errno.Again)
        {
            IsGone = true;
        }
    }

    /// <summary>The next frame that is for others.</summary>
    /// <exception cref="InvalidDataException">What the client sends is no frame.</exception>
    public bool TryTake(out FrameType type, out ReadOnlySpan<byte> payload)
    {
        while (decoder.TryTake(out type, out payload))
        {
            switch (type)
            {
                case FrameType.Heartbeat:
                    break;
                case FrameType.OutputTaken:
                    outputUnderWay -= payload.Length == sizeof(uint)
                        ? BinaryPrimitives.ReadUInt32BigEndian(payload)
                        : throw new InvalidDataException("a count of another length");
                    break;
                default:
                    return true;
            }
        }

        return false;
    }

    /// <summary>Stops reading: the client does not keep to the protocol. It has until it counts as silent to take its answer.</summary>
    public void StopListening() => listens = false;

    /// <summary>
    /// Waits until the client, which has been told of the end, has left. Where its connection is closed while something of its own is still on its way,
    /// it is reset, and what the client has not read yet is lost.
    /// </summary>
    public void LetLeave()
    {
        Span<byte> unheard = stackalloc byte[4096];
        var deadline = MonotonicTime.Now + times.Leave;
        while (listens && !IsGone && MonotonicTime.Now < deadline)
        {
            Span<PollEntry> entries = [InputEntry];
            Descriptor.Poll(entries, deadline - MonotonicTime.Now);
            var got = entries[0].CanRead ? Descriptor.Read(input, unheard) : 1;
            IsGone = got == 0 || (got < 0 && Descriptor.LastError != Errno.Again);
        }
    }

    /// <summary>Sends a record after all that was sent before, without waiting.</summary>
    public void Enqueue<T>(FrameType type, T value, JsonTypeInfo<T> typeInfo) => Enqueue(type, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));

    /// <summary>Sends bytes after all that was sent before, without waiting.</summary>
    public void Enqueue(FrameType type, byte[] payload)
    {
        messages.Enqueue((type, payload));
        Flush();
    }

    /// <summary>Sends a payload; only while <see cref="IsFree"/>.</summary>
    public void Send(FrameType type, ReadOnlySpan<byte> payload)
    {
        spokeAt = MonotonicTime.Now;
        Keep(TryCompress(type, payload, out var compressed) ? outbox.Send(FrameType.Compressed, compressed) : outbox.Send(type, payload));
    }

    /// <summary>Sends what was put into <see cref="Payload"/>.</summary>
    public void Send(FrameType type, int length)
    {
        spokeAt = MonotonicTime.Now;
        Keep(TryCompress(type, outbox.Payload[..length], out var compressed) ? outbox.Send(FrameType.Compressed, compressed) : outbox.Send(type, length));
    }

    /// <summary>Sends on, as far as the client takes it.</summary>
    public void Flush()
    {
        Keep(outbox.Flush());
        while (!IsGone && outbox.IsFree && messages.TryDequeue(out var message))
        {
            spokeAt = MonotonicTime.Now;
            Keep(outbox.Send(message.Type, message.Payload));
        }
    }

    /// <summary>Sends a heartbeat when it is time, and gives up a client that was not heard of.</summary>
    public void KeepTime()
    {
        var now = MonotonicTime.Now;
        if (now >= heardAt + times.ClientSilence)
        {
            IsGone = true;
        }
        else if (now >= spokeAt + times.HeartbeatInterval)
        {
            spokeAt = now;
            if (IsFree)
            {
                Keep(outbox.Send(FrameType.Heartbeat, 0));
            }
        }
    }

    /// <summary>The client's output is closed.</summary>
    public void Lose() => IsGone = true;

    public void Dispose() => compressor.Dispose();

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private bool TryCompress(FrameType type, ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> compressed)
    {
        compressed = default;
        outputUnderWay += type is FrameType.Output or FrameType.Error ? payload.Length : 0;
        return !IsWatched && outputUnderWay <= Frame.CompressedWindow && compressor.TryCompress(type, payload, out compressed);
    }

    private void Keep(bool connected) => IsGone |= !connected;
}

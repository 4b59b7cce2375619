using System.Buffers.Binary;

namespace Endoscope.Protocol;

/// <summary>
/// Gathers packets into the payload of a <see cref="FrameType.CapturePackets"/> frame: the number of packets sent before (8 bytes), then the packets.
/// A packet is its interface, its time (8 bytes), its original and its captured length, and its bytes; all numbers are big-endian, of 4 bytes
/// where nothing else is said.
/// </summary>
public sealed class PacketEncoder
{
    /// <summary>Bytes before the packets.</summary>
    internal const int HeaderLength = sizeof(long);

    /// <summary>Bytes before a packet's own.</summary>
    internal const int PacketHeaderLength = (3 * sizeof(int)) + sizeof(long);

    /// <summary>The longest packet that fits.</summary>
    public const int LongestPacket = 256 * 1024;

    // Larger frames compress no better, and hold the client's clock and signals up for longer.
    private const int Full = 256 * 1024;

    private readonly byte[] payload = new byte[Full + PacketHeaderLength + LongestPacket];
    private int length = HeaderLength;
    private long sent;
    private int waiting;

    /// <summary>Whether there is nothing to send.</summary>
    public bool IsEmpty => waiting == 0;

    /// <summary>Whether it is time to send.</summary>
    public bool IsFull => length >= Full;

    /// <summary>Adds a packet; only while it is not full.</summary>
    public void Add(int captureInterface, long time, int originalLength, ReadOnlySpan<byte> data)
    {
        if (data.Length > LongestPacket)
        {
            throw new ArgumentException($"a packet of {data.Length} bytes is longer than {LongestPacket}", nameof(data));
        }

        var target = payload.AsSpan(length);
        BinaryPrimitives.WriteInt32BigEndian(target, captureInterface);
        BinaryPrimitives.WriteInt64BigEndian(target[4..], time);
        BinaryPrimitives.WriteInt32BigEndian(target[12..], originalLength);
        BinaryPrimitives.WriteInt32BigEndian(target[16..], data.Length);
        data.CopyTo(target[PacketHeaderLength..]);
        length += PacketHeaderLength + data.Length;
        waiting++;
    }

    /// <summary>The payload that carries what was gathered; valid until the next call. Begins anew.</summary>
    public ReadOnlySpan<byte> Take()
    {
        var whole = payload.AsSpan(0, length);
        BinaryPrimitives.WriteInt64BigEndian(whole, sent);
        sent += waiting;
        (waiting, length) = (0, HeaderLength);
        return whole;
    }
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace Endoscope.Protocol;

/// <summary>
/// Gathers packets into the payload of a <see cref="FrameType.CapturePackets"/> frame: one byte that tells whether the rest is
/// compressed, the number of packets sent before (8 bytes), the length uncompressed (4 bytes), then the packets. A packet is its interface,
/// its time (8 bytes), its original and its captured length, and its bytes; all numbers are big-endian, of 4 bytes where nothing else is said.
/// Compression is one deflate stream, flushed at the end of each frame.
/// </summary>
public sealed class PacketEncoder : IDisposable
{
    /// <summary>Bytes before the packets.</summary>
    internal const int HeaderLength = 1 + sizeof(long) + sizeof(int);

    /// <summary>Bytes before a packet's own.</summary>
    internal const int PacketHeaderLength = (3 * sizeof(int)) + sizeof(long);

    /// <summary>The longest packet that fits.</summary>
    public const int LongestPacket = 256 * 1024;

    internal const byte Plain = 0;
    internal const byte Deflated = 1;

    /// <summary>The most that a frame's packets can take, uncompressed.</summary>
    internal const int MaxLength = Full + PacketHeaderLength + LongestPacket;

    // Larger frames compress no better, and hold the client's clock and signals up for longer.
    private const int Full = 256 * 1024;

    // What does not become smaller (encrypted traffic) is tried again after so many frames.
    private const int FramesUntilRetry = 32;
    private const double WorthIt = 0.9;

    private readonly byte[] plain = new byte[MaxLength];
    private readonly MemoryStream payload = new();
    private readonly DeflateStream compressor;
    private int length;
    private int plainFramesLeft;
    private long sent;
    private int waiting;

    /// <summary>Begins with nothing gathered.</summary>
    public PacketEncoder() => compressor = new DeflateStream(payload, CompressionLevel.Fastest, leaveOpen: true);

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

        var target = plain.AsSpan(length);
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
        payload.SetLength(HeaderLength);
        payload.Position = HeaderLength;
        var encoding = Plain;
        if (plainFramesLeft > 0)
        {
            plainFramesLeft--;
            payload.Write(plain, 0, length);
        }
        else
        {
            encoding = Deflated;
            compressor.Write(plain, 0, length);
            compressor.Flush();
            plainFramesLeft = payload.Length - HeaderLength > length * WorthIt ? FramesUntilRetry : 0;
        }

        var whole = payload.GetBuffer().AsSpan(0, (int)payload.Length);
        whole[0] = encoding;
        BinaryPrimitives.WriteInt64BigEndian(whole[1..], sent);
        BinaryPrimitives.WriteInt32BigEndian(whole[9..], length);
        sent += waiting;
        (waiting, length) = (0, 0);
        return whole;
    }

    public void Dispose()
    {
        compressor.Dispose();
        payload.Dispose();
    }
}

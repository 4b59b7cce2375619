using System.Buffers.Binary;
using System.IO.Compression;

namespace Endoscope.Protocol;

/// <summary>
/// Makes frames of bulk smaller. The payload of a <see cref="FrameType.Compressed"/> frame is the type of the frame that it stands for, the length of
/// that one's payload (4 bytes, big-endian), and a piece of one deflate stream (RFC 1951), which is flushed at the end of each frame.
/// </summary>
public sealed class FrameCompressor : IDisposable
{
    /// <summary>Bytes before the compressed ones.</summary>
    internal const int HeaderLength = 1 + sizeof(int);

    // What is shorter is sent at once; what is longer may, compressed, be longer than a frame can be.
    private const int Shortest = 4 * 1024;
    private const int Longest = Frame.MaxPayload - (Frame.MaxPayload / 8);

    // What does not become small enough is tried again after so many frames; then after twice as many, and so on.
    private const int FewestUntilRetry = 8;
    private const int MostUntilRetry = 256;

    // For a capture any saving is worth it, since what is not taken in time is lost; for other output only one that costs less time than it saves
    // where the way to the client is fast: text and zeros, not programs.
    private const double WorthItOfPackets = 0.9;
    private const double WorthIt = 0.4;

    private readonly MemoryStream buffer = new();
    private DeflateStream? deflate;
    private int framesUntilRetry;
    private int waitAfterNext = FewestUntilRetry;

    /// <summary>Compresses a payload where that is worth trying. What comes of it has to be sent, in its order.</summary>
    /// <param name="compressed">The payload of the frame that stands for it; valid until the next call.</param>
    public bool TryCompress(FrameType type, ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> compressed)
    {
        compressed = default;
        if (payload.Length is < Shortest or > Longest || framesUntilRetry-- > 0)
        {
            return false;
        }

        buffer.SetLength(HeaderLength);
        buffer.Position = HeaderLength;
        deflate ??= new DeflateStream(buffer, CompressionLevel.Fastest, leaveOpen: true);
        deflate.Write(payload);
        deflate.Flush();
        var isWorthIt = buffer.Length <= payload.Length * (type == FrameType.CapturePackets ? WorthItOfPackets : WorthIt);
        framesUntilRetry = isWorthIt ? 0 : waitAfterNext;
        waitAfterNext = isWorthIt ? FewestUntilRetry : Math.Min(2 * waitAfterNext, MostUntilRetry);
        var whole = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        whole[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(whole[1..], payload.Length);
        compressed = whole;
        return true;
    }

    public void Dispose()
    {
        deflate?.Dispose();
        buffer.Dispose();
    }
}

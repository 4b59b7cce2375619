using System.Buffers.Binary;
using System.IO.Compression;

namespace Endoscope.Protocol;

/// <summary>Makes frames out of those that a <see cref="FrameCompressor"/> made of them, in their order.</summary>
internal sealed class FrameDecompressor : IDisposable
{
    private readonly Feed feed = new();
    private readonly DeflateStream inflate;

    public FrameDecompressor() => inflate = new DeflateStream(feed, CompressionMode.Decompress);

    /// <summary>The frame that this payload stands for.</summary>
    /// <exception cref="InvalidDataException">It stands for none.</exception>
    public Frame Decompress(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < FrameCompressor.HeaderLength)
        {
            throw new InvalidDataException($"a compressed frame of only {payload.Length} bytes");
        }

        var (type, length) = Frame.ReadHeader(payload.Span);
        if (type == FrameType.Compressed)
        {
            throw new InvalidDataException("a compressed frame within another");
        }

        feed.Add(payload[FrameCompressor.HeaderLength..]);
        var plain = GC.AllocateUninitializedArray<byte>(length);
        try
        {
            inflate.ReadExactly(plain);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("a compressed frame holds less than it says", e);
        }

        return new Frame(type, plain);
    }

    public void Dispose()
    {
        inflate.Dispose();
        feed.Dispose();
    }

    /// <summary>
    /// Gives the decompressor the frames one after the other. It reads in pieces, and stops when a frame is whole, which may be before the last of its
    /// compressed bytes: marks that end its part of the stream, but part of the stream all the same.
    /// </summary>
    private sealed class Feed : Stream
    {
        private const int LongestMarks = 64;

        private ReadOnlyMemory<byte> rest;

        /// <exception cref="InvalidDataException">The frame before holds more than it said.</exception>
        public void Add(ReadOnlyMemory<byte> frame) => rest = rest.Length switch
        {
            0 => frame,
            <= LongestMarks => (byte[])[.. rest.Span, .. frame.Span],
            _ => throw new InvalidDataException("a compressed frame holds more than it says"),
        };

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, rest.Length);
            rest.Span[..count].CopyTo(buffer);
            rest = rest[count..];
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.Buffers.Binary;
using System.IO.Compression;

namespace Endoscope.Protocol;

/// <summary>Takes packets out of the frames that a <see cref="PacketEncoder"/> made, in their order.</summary>
public sealed class PacketDecoder : IDisposable
{
    private readonly Feed feed = new();
    private readonly DeflateStream decompressor;
    private long received;

    /// <summary>Begins before the first frame.</summary>
    public PacketDecoder() => decompressor = new DeflateStream(feed, CompressionMode.Decompress);

    /// <summary>The packets of one frame. They share one array, which is theirs alone.</summary>
    /// <exception cref="InvalidDataException">It is no such frame, or one before it is missing.</exception>
    public IReadOnlyList<CapturedPacket> Decode(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < PacketEncoder.HeaderLength)
        {
            throw new InvalidDataException($"a frame of packets of only {payload.Length} bytes");
        }

        var header = payload.Span;
        var before = BinaryPrimitives.ReadInt64BigEndian(header[1..]);
        if (before != received)
        {
            throw new InvalidDataException($"the agent had sent {before} packets, of which {received} arrived");
        }

        var packets = Split(Plain(header[0], BinaryPrimitives.ReadInt32BigEndian(header[9..]), payload[PacketEncoder.HeaderLength..]));
        received += packets.Count;
        return packets;
    }

    public void Dispose()
    {
        decompressor.Dispose();
        feed.Dispose();
    }

    private ReadOnlyMemory<byte> Plain(byte encoding, int length, ReadOnlyMemory<byte> body)
    {
        if (length is < 0 or > PacketEncoder.MaxLength)
        {
            throw new InvalidDataException($"a frame of {length} bytes of packets");
        }

        switch (encoding)
        {
            case PacketEncoder.Plain when body.Length == length:
                return body;
            case PacketEncoder.Deflated:
                feed.Add(body);
                var plain = GC.AllocateUninitializedArray<byte>(length);
                try
                {
                    decompressor.ReadExactly(plain);
                }
                catch (EndOfStreamException e)
                {
                    throw new InvalidDataException("a frame of packets holds less than it says", e);
                }

                return plain;
            default:
                throw new InvalidDataException($"a frame of packets of an unknown kind ({encoding})");
        }
    }

    private static List<CapturedPacket> Split(ReadOnlyMemory<byte> plain)
    {
        List<CapturedPacket> packets = [];
        while (plain.Length > 0)
        {
            if (plain.Length < PacketEncoder.PacketHeaderLength)
            {
                throw new InvalidDataException("a frame of packets ends within one");
            }

            var header = plain.Span;
            var (original, captured) = (BinaryPrimitives.ReadInt32BigEndian(header[12..]), BinaryPrimitives.ReadInt32BigEndian(header[16..]));
            if (captured < 0 || original < 0 || captured > plain.Length - PacketEncoder.PacketHeaderLength)
            {
                throw new InvalidDataException($"a packet of {captured} bytes in a frame that has less");
            }

            packets.Add(new CapturedPacket(
                BinaryPrimitives.ReadInt32BigEndian(header),
                BinaryPrimitives.ReadInt64BigEndian(header[4..]),
                original,
                plain.Slice(PacketEncoder.PacketHeaderLength, captured)));
            plain = plain[(PacketEncoder.PacketHeaderLength + captured)..];
        }

        return packets;
    }

    /// <summary>
    /// Gives the decompressor the frames one after the other. It reads in pieces, and stops when a frame's packets are all there, which may be
    /// before the last bytes of the frame: marks that end its part of the stream, but part of the stream all the same.
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
            _ => throw new InvalidDataException("a frame of packets holds more than it says"),
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

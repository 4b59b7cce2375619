using System.Buffers.Binary;

namespace Endoscope.Protocol;

/// <summary>Takes packets out of the frames that a <see cref="PacketEncoder"/> made, in their order.</summary>
public sealed class PacketDecoder
{
    private long received;

    /// <summary>The packets of one frame. They share its array.</summary>
    /// <exception cref="InvalidDataException">It is no such frame, or one before it is missing.</exception>
    public IReadOnlyList<CapturedPacket> Decode(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < PacketEncoder.HeaderLength)
        {
            throw new InvalidDataException($"a frame of packets of only {payload.Length} bytes");
        }

        var before = BinaryPrimitives.ReadInt64BigEndian(payload.Span);
        if (before != received)
        {
            throw new InvalidDataException($"the agent had sent {before} packets, of which {received} arrived");
        }

        var packets = Split(payload[PacketEncoder.HeaderLength..]);
        received += packets.Count;
        return packets;
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
}

using System.Buffers.Binary;

namespace Endoscope.Capture.Decoding;

/// <summary>The control bits of a TCP header (RFC 9293).</summary>
[Flags]
public enum TcpControl : byte
{
    Fin = 0x01,
    Syn = 0x02,
    Reset = 0x04,
    Push = 0x08,
    Ack = 0x10,
    Urgent = 0x20,
}

/// <summary>A TCP segment (RFC 9293).</summary>
public readonly ref struct TcpSegment
{
    private const int ShortestHeader = 20;

    public ushort SourcePort { get; private init; }

    public ushort DestinationPort { get; private init; }

    /// <summary>The number of its first byte.</summary>
    public uint Sequence { get; private init; }

    /// <summary>The number of the byte that is expected next from the other side.</summary>
    public uint Acknowledged { get; private init; }

    public TcpControl Flags { get; private init; }

    /// <summary>How much more the sender takes, as the header says it: not scaled.</summary>
    public ushort Window { get; private init; }

    /// <summary>What was captured of its data.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The length of its data on the wire, in bytes.</summary>
    public int PayloadLength { get; private init; }

    /// <summary>Reads one; false where its header is not whole.</summary>
    public static bool TryRead(in IpPacket packet, out TcpSegment segment)
    {
        segment = default;
        var data = packet.Payload;
        if (packet.FragmentOffset > 0 || data.Length < ShortestHeader)
        {
            return false;
        }

        var header = (data[12] >> 4) * 4;
        if (header < ShortestHeader || header > packet.PayloadLength)
        {
            return false;
        }

        segment = new TcpSegment
        {
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(data),
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            Acknowledged = BinaryPrimitives.ReadUInt32BigEndian(data[8..]),
            Flags = (TcpControl)(data[13] & 0x3f),
            Window = BinaryPrimitives.ReadUInt16BigEndian(data[14..]),
            Payload = data[Math.Min(header, data.Length)..],
            PayloadLength = packet.PayloadLength - header,
        };
        return true;
    }
}

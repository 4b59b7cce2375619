using System.Buffers.Binary;
using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Conversations;

/// <summary>What a packet is to those who talk.</summary>
public enum PacketRole
{
    /// <summary>Nothing that an answer is due to.</summary>
    Other,

    /// <summary>A TCP segment that is to be acknowledged: data, a SYN or a FIN.</summary>
    Segment,

    /// <summary>A UDP datagram.</summary>
    Datagram,

    /// <summary>An ICMP echo request.</summary>
    EchoRequest,

    /// <summary>An ICMP echo reply.</summary>
    EchoReply,
}

/// <summary>What of a packet tells it from others, and what it is about.</summary>
public readonly record struct SeenPacket
{
    private const int UdpHeader = 8;
    private const int BytesCompared = 64;

    /// <summary>Whose it is.</summary>
    public required Flow Flow { get; init; }

    /// <summary>What it is.</summary>
    public required PacketRole Role { get; init; }

    /// <summary>A hash of what is the same at both ends, also where addresses and ports are changed on the way.</summary>
    public required ulong Fingerprint { get; init; }

    /// <summary>Whether no other packet is likely to have this fingerprint.</summary>
    public required bool IsDistinct { get; init; }

    /// <summary>Of TCP: the number of the first byte.</summary>
    public uint Sequence { get; init; }

    /// <summary>Of TCP: how many numbers it takes, SYN and FIN each one.</summary>
    public int SequenceLength { get; init; }

    /// <summary>Of TCP: what it acknowledges, or null.</summary>
    public uint? Acknowledged { get; init; }

    /// <summary>Whether it ends a TCP connection at once.</summary>
    public bool IsReset { get; init; }

    /// <summary>Of an ICMP error: the flow of the packet that it speaks of.</summary>
    public Flow? Refused { get; init; }

    /// <summary>Reads a packet; false where it is not of IP.</summary>
    public static bool TryRead(int linkType, ReadOnlySpan<byte> data, int originalLength, out SeenPacket seen)
    {
        seen = default;
        var link = LinkLayer.Read(linkType, data);
        if (!IpPacket.TryRead(link.EtherType, link.Payload, originalLength - link.HeaderLength, out var packet))
        {
            return false;
        }

        seen = TcpSegment.TryRead(packet, out var segment) && packet.Protocol == IpProtocol.Tcp ? OfTcp(packet, segment) : OfOther(packet, link.EtherType);
        return true;
    }

    private static SeenPacket OfTcp(in IpPacket packet, in TcpSegment segment)
    {
        var isSyn = (segment.Flags & TcpControl.Syn) != 0;
        var isFin = (segment.Flags & TcpControl.Fin) != 0;
        var isAck = (segment.Flags & TcpControl.Ack) != 0;
        var length = segment.PayloadLength + (isSyn ? 1 : 0) + (isFin ? 1 : 0);
        var print = new Fingerprint(packet.Protocol).With(segment.Sequence).With(segment.Acknowledged);
        return new SeenPacket
        {
            Flow = new Flow(packet.Source, packet.Destination, packet.Protocol, segment.SourcePort, segment.DestinationPort),
            Role = length > 0 ? PacketRole.Segment : PacketRole.Other,
            Fingerprint = length > 0 ? print.Value : print.With((byte)segment.Flags).With(segment.Window).Value,
            IsDistinct = (segment.Sequence | segment.Acknowledged) != 0,
            Sequence = segment.Sequence,
            SequenceLength = length,
            Acknowledged = isAck ? segment.Acknowledged : null,
            IsReset = (segment.Flags & TcpControl.Reset) != 0,
        };
    }

    private static SeenPacket OfOther(in IpPacket packet, ushort etherType)
    {
        var payload = packet.Payload;
        var print = new Fingerprint(packet.Protocol).With(packet.Identification).With((uint)packet.FragmentOffset).With((uint)packet.PayloadLength);
        var flow = new Flow(packet.Source, packet.Destination, packet.Protocol, 0, 0);
        var role = PacketRole.Other;
        Flow? refused = null;
        var compared = payload;
        if (packet.FragmentOffset == 0 && packet.Protocol is IpProtocol.Udp or IpProtocol.Tcp && payload.Length >= UdpHeader)
        {
            flow = flow with { First = BinaryPrimitives.ReadUInt16BigEndian(payload), Second = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) };
            role = packet.Protocol == IpProtocol.Udp ? PacketRole.Datagram : role;
            compared = payload[UdpHeader..];
        }
        else if (packet.FragmentOffset == 0 && packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmp6 && payload.Length >= IcmpSummary.Header)
        {
            print = print.With(payload[0]).With(payload[1]);
            role = EchoRole(packet.Protocol, payload[0]);
            if (role is not PacketRole.Other)
            {
                flow = flow with { First = BinaryPrimitives.ReadUInt16BigEndian(payload[4..]), Second = BinaryPrimitives.ReadUInt16BigEndian(payload[6..]) };
                print = print.With(flow.Second);
            }

            refused = IsError(packet.Protocol, payload[0]) ? Quoted(etherType, payload[IcmpSummary.Header..]) : null;

            // The packet that an error speaks of is changed with it on the way.
            compared = refused is null ? payload[IcmpSummary.Header..] : default;
        }

        return new SeenPacket
        {
            Flow = flow,
            Role = role,
            Fingerprint = print.With(compared[..Math.Min(compared.Length, BytesCompared)]).Value,
            IsDistinct = packet.Identification != 0,
            Refused = refused,
        };
    }

    private static Flow? Quoted(ushort etherType, ReadOnlySpan<byte> data)
    {
        if (!IpPacket.TryRead(etherType, data, data.Length, out var packet) || packet.Payload.Length < 8 || packet.FragmentOffset > 0)
        {
            return null;
        }

        var at = packet.Protocol is IpProtocol.Icmp or IpProtocol.Icmp6 ? 4 : 0;
        return new Flow(
            packet.Source,
            packet.Destination,
            packet.Protocol,
            BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[at..]),
            BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[(at + 2)..]));
    }

    private static PacketRole EchoRole(byte protocol, byte type) => (protocol, type) switch
    {
        (IpProtocol.Icmp, IcmpSummary.EchoRequest) or (IpProtocol.Icmp6, Icmp6Summary.EchoRequest) => PacketRole.EchoRequest,
        (IpProtocol.Icmp, IcmpSummary.EchoReply) or (IpProtocol.Icmp6, Icmp6Summary.EchoReply) => PacketRole.EchoReply,
        _ => PacketRole.Other,
    };

    private static bool IsError(byte protocol, byte type) => protocol == IpProtocol.Icmp
        ? type is IcmpSummary.Unreachable or IcmpSummary.TimeExceeded or IcmpSummary.ParameterProblem
        : type is >= Icmp6Summary.Unreachable and <= Icmp6Summary.ParameterProblem;
}

/// <summary>A hash of parts (FNV-1a, 64 bits).</summary>
internal readonly struct Fingerprint
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private Fingerprint(ulong value) => Value = value;

    public Fingerprint(byte first) => Value = (Basis ^ first) * Prime;

    public ulong Value { get; }

    public Fingerprint With(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return With(bytes);
    }

    public Fingerprint With(ReadOnlySpan<byte> bytes)
    {
        var value = Value;
        foreach (var one in bytes)
        {
            value = (value ^ one) * Prime;
        }

        return new Fingerprint(value);
    }
}

using System.Buffers.Binary;
using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>What an IP packet carries. Pure.</summary>
internal static class IpSummary
{
    private const int UdpHeader = 8;

    public static PacketSummary Of(in IpPacket packet, Func<AddressKey, string> show)
    {
        if (packet.FragmentOffset > 0)
        {
            return Plain(packet, packet.Source.IsVersion6 ? "IPv6" : "IPv4", Invariant(
                $"fragment of {Name(packet.Protocol)} id=0x{packet.Identification:x} offset={packet.FragmentOffset} len={packet.PayloadLength}{(packet.HasMoreFragments ? " more follow" : "")}"));
        }

        var summary = packet.Protocol switch
        {
            IpProtocol.Tcp => TcpSummary.Of(packet),
            IpProtocol.Udp => OfUdp(packet),
            IpProtocol.Icmp => Plain(packet, "ICMP", IcmpSummary.Of(packet, show)),
            IpProtocol.Icmp6 => Plain(packet, "ICMPv6", Icmp6Summary.Of(packet, show)),
            _ => Plain(packet, Name(packet.Protocol), Invariant($"len={packet.PayloadLength}")),
        };
        return packet.HasMoreFragments ? summary with { Info = Invariant($"{summary.Info} (first fragment, id=0x{packet.Identification:x})") } : summary;
    }

    /// <summary>A packet of which only this is known.</summary>
    public static PacketSummary Plain(in IpPacket packet, string protocol, string info) => new()
    {
        Source = new PacketParty(packet.Source),
        Destination = new PacketParty(packet.Destination),
        Protocol = protocol,
        Info = info,
    };

    /// <summary>The packet that an ICMP error speaks of, in a few words; empty where nothing is left of it.</summary>
    public static string Quoted(ushort etherType, ReadOnlySpan<byte> data, Func<AddressKey, string> show)
    {
        if (!IpPacket.TryRead(etherType, data, data.Length, out var packet))
        {
            return "";
        }

        var hasPorts = packet is { Protocol: IpProtocol.Tcp or IpProtocol.Udp, FragmentOffset: 0, Payload.Length: >= 4 };
        var source = hasPorts ? Invariant($":{BinaryPrimitives.ReadUInt16BigEndian(packet.Payload)}") : "";
        var destination = hasPorts ? Invariant($":{BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[2..])}") : "";
        return $" ({Name(packet.Protocol)} {show(packet.Source)}{source} > {show(packet.Destination)}{destination})";
    }

    public static string Name(byte protocol) => protocol switch
    {
        IpProtocol.Icmp => "ICMP",
        2 => "IGMP",
        4 => "IPIP",
        IpProtocol.Tcp => "TCP",
        IpProtocol.Udp => "UDP",
        47 => "GRE",
        50 => "ESP",
        IpProtocol.Authentication => "AH",
        IpProtocol.Icmp6 => "ICMPv6",
        IpProtocol.Sctp => "SCTP",
        _ => Invariant($"IP protocol {protocol}"),
    };

    private static PacketSummary OfUdp(in IpPacket packet)
    {
        if (packet.Payload.Length < UdpHeader)
        {
            return Plain(packet, "UDP", "broken or cut off");
        }

        int source = BinaryPrimitives.ReadUInt16BigEndian(packet.Payload);
        int destination = BinaryPrimitives.ReadUInt16BigEndian(packet.Payload[2..]);
        var payload = packet.Payload[UdpHeader..];
        var dns = DnsSummary.IsPort(source) || DnsSummary.IsPort(destination) ? DnsSummary.Of(payload) : null;
        return new PacketSummary
        {
            Source = new PacketParty(packet.Source, source),
            Destination = new PacketParty(packet.Destination, destination),
            Protocol = dns is null ? "UDP" : "DNS",
            Info = dns ?? Invariant($"len={packet.PayloadLength - UdpHeader}"),
        };
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

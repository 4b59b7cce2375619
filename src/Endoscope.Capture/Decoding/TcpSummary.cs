using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>A TCP segment, and what its data is recognized as. Numbers are the packet's own, so that the two ends of a line can be compared. Pure.</summary>
internal static class TcpSummary
{
    private const int DnsLengthPrefix = 2;

    private static readonly (TcpControl Flag, string Name)[] Flags =
    [
        (TcpControl.Syn, "SYN"), (TcpControl.Fin, "FIN"), (TcpControl.Reset, "RST"), (TcpControl.Push, "PSH"), (TcpControl.Ack, "ACK"), (TcpControl.Urgent, "URG"),
    ];

    public static PacketSummary Of(in IpPacket packet)
    {
        if (!TcpSegment.TryRead(packet, out var segment))
        {
            return IpSummary.Plain(packet, "TCP", "broken or cut off");
        }

        var (protocol, content) = Content(segment);
        var ack = (segment.Flags & TcpControl.Ack) != 0 ? string.Create(CultureInfo.InvariantCulture, $" ack={segment.Acknowledged}") : "";
        var header = string.Create(
            CultureInfo.InvariantCulture, $"[{Names(segment.Flags)}] seq={segment.Sequence}{ack} win={segment.Window} len={segment.PayloadLength}");
        return new PacketSummary
        {
            Source = new PacketParty(packet.Source, segment.SourcePort),
            Destination = new PacketParty(packet.Destination, segment.DestinationPort),
            Protocol = protocol ?? "TCP",
            Info = content is null ? header : $"{content} {header}",
        };
    }

    private static (string? Protocol, string? Content) Content(in TcpSegment segment)
    {
        if (segment.Payload.IsEmpty)
        {
            return default;
        }

        if (TlsSummary.Of(segment.Payload) is { } tls)
        {
            return ("TLS", tls);
        }

        if (HttpSummary.Of(segment.Payload) is { } http)
        {
            return ("HTTP", http);
        }

        var isDns = (DnsSummary.IsPort(segment.SourcePort) || DnsSummary.IsPort(segment.DestinationPort)) && segment.Payload.Length > DnsLengthPrefix;
        return isDns && DnsSummary.Of(segment.Payload[DnsLengthPrefix..]) is { } dns ? ("DNS", dns) : default;
    }

    private static string Names(TcpControl flags) => string.Join(' ', Flags.Where(one => (flags & one.Flag) != 0).Select(one => one.Name));
}

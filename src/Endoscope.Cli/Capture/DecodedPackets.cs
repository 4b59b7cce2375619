using System.Text.Json;
using Endoscope.Capture;
using Endoscope.Capture.Decoding;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Shows a line a packet: what we ourselves make of it.</summary>
internal sealed class DecodedPackets(Stream output, NameDirectory names, TimeZoneInfo zone, bool isJson) : IPacketView
{
    private readonly List<(string Name, int LinkType, byte[] HardwareAddress)> interfaces = [];
    private readonly LineBuffer lines = new(output);

    public void Appear(InterfaceAppeared one) => interfaces.Add(($"{one.Pod.Name}:{one.About.Name}", one.About.LinkType, InterfaceFacts.HardwareAddress(one.About)));

    public void Show(in Packet packet)
    {
        var (name, linkType, hardwareAddress) = interfaces[packet.Interface];
        var data = packet.Data.Span;
        var summary = PacketSummarizer.Summarize(linkType, data, packet.OriginalLength, names.Show);
        var direction = LinkLayer.Direction(linkType, data, hardwareAddress);
        lines.Add(isJson
            ? JsonSerializer.Serialize(PacketDocument.From(packet, name, direction, summary, names.Find), PacketJson.Default.PacketDocument)
            : PacketLine.Format(packet.Time, zone, name, direction, summary, names.Show));
    }

    public void Count(CountersCame counters)
    {
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => lines.FlushAsync(cancellationToken);
}

using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>Says in a line what is in a packet. Pure; nothing that a packet holds makes it fail.</summary>
public static class PacketSummarizer
{
    /// <summary>Summarizes one.</summary>
    /// <param name="linkType">What it begins with: a LINKTYPE_ number.</param>
    /// <param name="data">What was captured of it.</param>
    /// <param name="originalLength">Its length on the wire, in bytes.</param>
    /// <param name="show">Writes an address that a packet speaks of: its name, or its digits.</param>
    public static PacketSummary Summarize(int linkType, ReadOnlySpan<byte> data, int originalLength, Func<AddressKey, string> show)
    {
        var link = LinkLayer.Read(linkType, data);
        if (IpPacket.TryRead(link.EtherType, link.Payload, originalLength - link.HeaderLength, out var packet))
        {
            return IpSummary.Of(packet, show);
        }

        var (protocol, info) = link.EtherType == EtherTypes.Arp ? ArpSummary.Of(link.Payload, show) : Unknown(link, originalLength);
        return new PacketSummary
        {
            Source = new PacketParty(null, Hardware: ByteText.Hardware(link.Source)),
            Destination = new PacketParty(null, Hardware: ByteText.Hardware(link.Destination)),
            Protocol = protocol,
            Info = info,
        };
    }

    private static (string Protocol, string Info) Unknown(in LinkLayer link, int length) => link.EtherType switch
    {
        EtherTypes.Version4 => ("IPv4", string.Create(CultureInfo.InvariantCulture, $"broken or cut off, {length} bytes")),
        EtherTypes.Version6 => ("IPv6", string.Create(CultureInfo.InvariantCulture, $"broken or cut off, {length} bytes")),
        var type => (string.Create(CultureInfo.InvariantCulture, $"0x{type:x4}"), string.Create(CultureInfo.InvariantCulture, $"{length} bytes")),
    };
}

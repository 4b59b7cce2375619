using System.Buffers.Binary;
using System.Net;
using Endoscope.Capture.Decoding;

namespace Endoscope.Capture;

/// <summary>Finds the IP addresses of a packet. Pure.</summary>
public static class PacketAddresses
{
    /// <summary>The source and the destination, if the packet has such.</summary>
    public static bool TryRead(int linkType, ReadOnlySpan<byte> data, out AddressKey source, out AddressKey destination)
    {
        var link = LinkLayer.Read(linkType, data);
        var isPacket = IpPacket.TryRead(link.EtherType, link.Payload, link.Payload.Length, out var packet);
        (source, destination) = (packet.Source, packet.Destination);
        return isPacket;
    }
}

/// <summary>An IP address as a number, which is quicker to look up than the object.</summary>
/// <param name="Value">Its bytes, big-endian.</param>
public readonly record struct AddressKey(UInt128 Value, bool IsVersion6)
{
    /// <summary>That of 4 or 16 bytes.</summary>
    public static AddressKey Of(ReadOnlySpan<byte> bytes) => bytes.Length == 4
        ? new AddressKey(BinaryPrimitives.ReadUInt32BigEndian(bytes), false)
        : new AddressKey(BinaryPrimitives.ReadUInt128BigEndian(bytes), true);

    /// <summary>That of an address.</summary>
    public static AddressKey Of(IPAddress address) => Of(address.GetAddressBytes());

    /// <summary>The address.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return new IPAddress(IsVersion6 ? bytes : bytes[12..]);
    }
}

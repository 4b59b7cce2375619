using System.Buffers.Binary;
using System.Net;

namespace Endoscope.Capture;

/// <summary>Finds the IP addresses of a packet. Pure.</summary>
public static class PacketAddresses
{
    private const int Ethernet = 1;
    private const int Raw = 101;
    private const int Cooked = 113;
    private const int CookedSecond = 276;
    private const ushort Version4 = 0x0800;
    private const ushort Version6 = 0x86dd;
    private const ushort Vlan = 0x8100;

    /// <summary>The part of a packet from its IP header on, and whether that is of version 6; empty where there is none.</summary>
    public static ReadOnlySpan<byte> NetworkLayer(int linkType, ReadOnlySpan<byte> data, out bool isVersion6)
    {
        var (type, length) = linkType switch
        {
            Ethernet when data.Length >= 14 => (BinaryPrimitives.ReadUInt16BigEndian(data[12..]), 14),
            Cooked when data.Length >= 16 => (BinaryPrimitives.ReadUInt16BigEndian(data[14..]), 16),
            CookedSecond when data.Length >= 20 => (BinaryPrimitives.ReadUInt16BigEndian(data), 20),
            Raw when data.Length >= 1 => (data[0] >> 4 == 6 ? Version6 : Version4, 0),
            _ => ((ushort)0, 0),
        };
        if (type == Vlan && data.Length >= length + 4)
        {
            type = BinaryPrimitives.ReadUInt16BigEndian(data[(length + 2)..]);
            length += 4;
        }

        isVersion6 = type == Version6;
        var header = data[Math.Min(length, data.Length)..];
        return (type == Version4 && header.Length >= 20) || (isVersion6 && header.Length >= 40) ? header : default;
    }

    /// <summary>The source and the destination, if the packet has such.</summary>
    public static bool TryRead(int linkType, ReadOnlySpan<byte> data, out AddressKey source, out AddressKey destination)
    {
        var header = NetworkLayer(linkType, data, out var isVersion6);
        (source, destination) = header.IsEmpty ? default
            : isVersion6 ? (AddressKey.Of(header[8..24]), AddressKey.Of(header[24..40]))
            : (AddressKey.Of(header[12..16]), AddressKey.Of(header[16..20]));
        return !header.IsEmpty;
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

using System.Buffers.Binary;

namespace Endoscope.Capture.Decoding;

/// <summary>Which way a packet went, seen from its interface; the numbers are those of pcapng's flags.</summary>
public enum PacketDirection
{
    /// <summary>Nobody knows, as on loopback.</summary>
    Unknown,

    /// <summary>It came in.</summary>
    In,

    /// <summary>It went out.</summary>
    Out,
}

/// <summary>What a packet begins with, by its interface's LINKTYPE_ number (the pcapng registry). Pure.</summary>
public readonly ref struct LinkLayer
{
    private const int Null = 0;
    private const int Ethernet = 1;
    private const int Raw = 101;
    private const int Loop = 108;
    private const int Cooked = 113;
    private const int Raw4 = 228;
    private const int Raw6 = 229;
    private const int CookedSecond = 276;
    private const byte CookedOutgoing = 4;
    private const int HardwareAddressLength = 6;

    private LinkLayer(ushort etherType, int length, ReadOnlySpan<byte> data)
    {
        while (etherType is EtherTypes.Vlan or EtherTypes.ServiceVlan && data.Length >= length + 4)
        {
            etherType = BinaryPrimitives.ReadUInt16BigEndian(data[(length + 2)..]);
            length += 4;
        }

        EtherType = etherType;
        HeaderLength = length;
        Payload = data[length..];
    }

    /// <summary>What the payload is; 0 where that is not known.</summary>
    public ushort EtherType { get; }

    /// <summary>Bytes before the payload.</summary>
    public int HeaderLength { get; }

    /// <summary>What was captured of the rest.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Who sent the frame: six bytes, or none where the link does not tell.</summary>
    public ReadOnlySpan<byte> Source { get; private init; }

    /// <summary>Whom it is for, likewise.</summary>
    public ReadOnlySpan<byte> Destination { get; private init; }

    /// <summary>Reads it; of what is too short or of an unknown kind nothing is known.</summary>
    public static LinkLayer Read(int linkType, ReadOnlySpan<byte> data) => linkType switch
    {
        Ethernet when data.Length >= 14 => new LinkLayer(BinaryPrimitives.ReadUInt16BigEndian(data[12..]), 14, data)
        {
            Destination = data[..HardwareAddressLength],
            Source = data.Slice(HardwareAddressLength, HardwareAddressLength),
        },
        Cooked when data.Length >= 16 => new LinkLayer(BinaryPrimitives.ReadUInt16BigEndian(data[14..]), 16, data),
        CookedSecond when data.Length >= 20 => new LinkLayer(BinaryPrimitives.ReadUInt16BigEndian(data), 20, data),
        Raw or Raw4 or Raw6 when data.Length >= 1 => new LinkLayer(OfVersion(data[0]), 0, data),
        Null or Loop when data.Length >= 5 => new LinkLayer(OfVersion(data[4]), 4, data),
        _ => new LinkLayer(0, 0, data),
    };

    /// <summary>Which way a packet went.</summary>
    /// <param name="hardwareAddress">The interface's, six bytes; empty where it has none.</param>
    public static PacketDirection Direction(int linkType, ReadOnlySpan<byte> data, ReadOnlySpan<byte> hardwareAddress) => linkType switch
    {
        Ethernet when hardwareAddress.Length == HardwareAddressLength && data.Length >= 2 * HardwareAddressLength =>
            data.Slice(HardwareAddressLength, HardwareAddressLength).SequenceEqual(hardwareAddress) ? PacketDirection.Out : PacketDirection.In,
        Cooked when data.Length >= 2 => data[1] == CookedOutgoing ? PacketDirection.Out : PacketDirection.In,
        CookedSecond when data.Length >= 11 => data[10] == CookedOutgoing ? PacketDirection.Out : PacketDirection.In,
        _ => PacketDirection.Unknown,
    };

    private static ushort OfVersion(byte first) => (first >> 4) switch
    {
        4 => EtherTypes.Version4,
        6 => EtherTypes.Version6,
        _ => 0,
    };
}

/// <summary>Numbers of what a frame carries (IEEE 802).</summary>
internal static class EtherTypes
{
    public const ushort Version4 = 0x0800;
    public const ushort Arp = 0x0806;
    public const ushort Vlan = 0x8100;
    public const ushort Version6 = 0x86dd;
    public const ushort ServiceVlan = 0x88a8;
}

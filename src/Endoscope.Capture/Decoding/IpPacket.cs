using System.Buffers.Binary;

namespace Endoscope.Capture.Decoding;

/// <summary>An IP packet of either version (RFC 791, RFC 8200). What it says of its own length is never believed beyond what is there.</summary>
public readonly ref struct IpPacket
{
    private const int ShortestVersion4 = 20;
    private const int HeaderOfVersion6 = 40;

    /// <summary>Who sent it.</summary>
    public AddressKey Source { get; private init; }

    /// <summary>Whom it is for.</summary>
    public AddressKey Destination { get; private init; }

    /// <summary>What it carries: a number of the IANA registry (<see cref="IpProtocol"/>).</summary>
    public byte Protocol { get; private init; }

    /// <summary>Hops that it still may go.</summary>
    public byte HopLimit { get; private init; }

    /// <summary>Its number, by which fragments find together; 0 where it has none.</summary>
    public uint Identification { get; private init; }

    /// <summary>Where in the whole its payload belongs, in bytes; 0 for the first part.</summary>
    public int FragmentOffset { get; private init; }

    /// <summary>Whether more parts follow.</summary>
    public bool HasMoreFragments { get; private init; }

    /// <summary>What was captured of the payload.</summary>
    public ReadOnlySpan<byte> Payload { get; private init; }

    /// <summary>The payload's length on the wire, in bytes.</summary>
    public int PayloadLength { get; private init; }

    /// <summary>Reads one.</summary>
    /// <param name="wireLength">Its length on the wire, for those whose length field is too small for it.</param>
    /// <returns>Whether it is one whose header is whole.</returns>
    public static bool TryRead(ushort etherType, ReadOnlySpan<byte> data, int wireLength, out IpPacket packet)
    {
        packet = default;
        return etherType switch
        {
            EtherTypes.Version4 => TryRead4(data, wireLength, out packet),
            EtherTypes.Version6 => TryRead6(data, wireLength, out packet),
            _ => false,
        };
    }

    private static bool TryRead4(ReadOnlySpan<byte> data, int wireLength, out IpPacket packet)
    {
        packet = default;
        if (data.Length < ShortestVersion4 || data[0] >> 4 != 4)
        {
            return false;
        }

        var header = (data[0] & 15) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);

        // A packet that is still to be cut to the link's size (GSO) may be longer than the field can say, and then says 0.
        var length = total == 0 ? wireLength : total;
        if (header < ShortestVersion4 || header > data.Length || length < header)
        {
            return false;
        }

        var fragment = BinaryPrimitives.ReadUInt16BigEndian(data[6..]);
        packet = new IpPacket
        {
            Source = AddressKey.Of(data[12..16]),
            Destination = AddressKey.Of(data[16..20]),
            Protocol = data[9],
            HopLimit = data[8],
            Identification = BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
            FragmentOffset = (fragment & 0x1fff) * 8,
            HasMoreFragments = (fragment & 0x2000) != 0,
            Payload = data[header..Math.Min(length, data.Length)],
            PayloadLength = length - header,
        };
        return true;
    }

    private static bool TryRead6(ReadOnlySpan<byte> data, int wireLength, out IpPacket packet)
    {
        packet = default;
        if (data.Length < HeaderOfVersion6 || data[0] >> 4 != 6)
        {
            return false;
        }

        var says = BinaryPrimitives.ReadUInt16BigEndian(data[4..]);
        var length = says == 0 ? Math.Max(wireLength - HeaderOfVersion6, 0) : says;
        var (protocol, at, fragment, identification) = SkipExtensions(data[6], data[HeaderOfVersion6..Math.Min(HeaderOfVersion6 + length, data.Length)]);
        packet = new IpPacket
        {
            Source = AddressKey.Of(data[8..24]),
            Destination = AddressKey.Of(data[24..40]),
            Protocol = protocol,
            HopLimit = data[7],
            Identification = identification,
            FragmentOffset = fragment & 0xfff8,
            HasMoreFragments = (fragment & 1) != 0,
            Payload = data[(HeaderOfVersion6 + at)..Math.Min(HeaderOfVersion6 + length, data.Length)],
            PayloadLength = length - at,
        };
        return true;
    }

    private static (byte Protocol, int Length, ushort Fragment, uint Identification) SkipExtensions(byte protocol, ReadOnlySpan<byte> data)
    {
        var at = 0;
        ushort fragment = 0;
        uint identification = 0;
        while (data.Length - at >= 8)
        {
            var length = protocol switch
            {
                IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.DestinationOptions => (data[at + 1] + 1) * 8,
                IpProtocol.Authentication => (data[at + 1] + 2) * 4,
                IpProtocol.Fragment when fragment < 8 => 8,
                _ => 0,
            };
            if (length == 0 || length > data.Length - at)
            {
                break;
            }

            if (protocol == IpProtocol.Fragment)
            {
                fragment = BinaryPrimitives.ReadUInt16BigEndian(data[(at + 2)..]);
                identification = BinaryPrimitives.ReadUInt32BigEndian(data[(at + 4)..]);
            }

            protocol = data[at];
            at += length;

            // What follows in a later part is not a header.
            if (fragment >= 8)
            {
                break;
            }
        }

        return (protocol, at, fragment, identification);
    }
}

/// <summary>Numbers of what an IP packet carries.</summary>
public static class IpProtocol
{
    public const byte HopByHop = 0;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte Routing = 43;
    public const byte Fragment = 44;
    public const byte Authentication = 51;
    public const byte Icmp6 = 58;
    public const byte DestinationOptions = 60;
    public const byte Sctp = 132;
}

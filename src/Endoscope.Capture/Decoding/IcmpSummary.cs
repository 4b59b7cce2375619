using System.Buffers.Binary;
using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>ICMP for IPv4 (RFC 792, RFC 1812). Pure.</summary>
internal static class IcmpSummary
{
    public const byte EchoReply = 0;
    public const byte Unreachable = 3;
    public const byte EchoRequest = 8;
    public const byte TimeExceeded = 11;
    public const byte ParameterProblem = 12;
    public const int Header = 8;
    private const byte Redirect = 5;
    private const byte FragmentationNeeded = 4;

    public static string Of(in IpPacket packet, Func<AddressKey, string> show)
    {
        var data = packet.Payload;
        if (data.Length < Header)
        {
            return "broken or cut off";
        }

        return data[0] switch
        {
            EchoRequest => $"echo request {Echo(data)} len={Number(packet.PayloadLength)}",
            EchoReply => $"echo reply {Echo(data)} len={Number(packet.PayloadLength)}",
            Unreachable => $"{Why(data)}{Quoted(data, show)}",
            Redirect => $"redirect to {show(AddressKey.Of(data[4..8]))}{Quoted(data, show)}",
            TimeExceeded => $"{(data[1] == 0 ? "hop limit exceeded on the way" : "fragments did not arrive in time")}{Quoted(data, show)}",
            ParameterProblem => $"parameter problem{Quoted(data, show)}",
            _ => $"type {Number(data[0])} code {Number(data[1])} len={Number(packet.PayloadLength)}",
        };
    }

    /// <summary>An echo's identifier and sequence number.</summary>
    public static string Echo(ReadOnlySpan<byte> data) =>
        $"id={Number(BinaryPrimitives.ReadUInt16BigEndian(data[4..]))} seq={Number(BinaryPrimitives.ReadUInt16BigEndian(data[6..]))}";

    public static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Why(ReadOnlySpan<byte> data) => data[1] switch
    {
        0 => "net unreachable",
        1 => "host unreachable",
        2 => "protocol unreachable",
        3 => "port unreachable",
        FragmentationNeeded => $"too big: fragmentation needed, MTU {Number(BinaryPrimitives.ReadUInt16BigEndian(data[6..]))}",
        6 => "net unknown",
        7 => "host unknown",
        9 or 10 or 13 => "unreachable: prohibited by a filter",
        var code => $"unreachable, code {Number(code)}",
    };

    private static string Quoted(ReadOnlySpan<byte> data, Func<AddressKey, string> show) => IpSummary.Quoted(EtherTypes.Version4, data[Header..], show);
}

/// <summary>ICMP for IPv6 (RFC 4443, RFC 4861). Pure.</summary>
internal static class Icmp6Summary
{
    public const byte Unreachable = 1;
    public const byte ParameterProblem = 4;
    public const byte EchoRequest = 128;
    public const byte EchoReply = 129;
    private const byte TooBig = 2;
    private const byte TimeExceeded = 3;
    private const byte RouterSolicitation = 133;
    private const byte RouterAdvertisement = 134;
    private const byte NeighborSolicitation = 135;
    private const byte NeighborAdvertisement = 136;
    private const int LengthWithTarget = 24;

    public static string Of(in IpPacket packet, Func<AddressKey, string> show)
    {
        var data = packet.Payload;
        if (data.Length < IcmpSummary.Header)
        {
            return "broken or cut off";
        }

        return data[0] switch
        {
            EchoRequest => $"echo request {IcmpSummary.Echo(data)} len={IcmpSummary.Number(packet.PayloadLength)}",
            EchoReply => $"echo reply {IcmpSummary.Echo(data)} len={IcmpSummary.Number(packet.PayloadLength)}",
            Unreachable => $"{Why(data[1])}{Quoted(data, show)}",
            TooBig => string.Create(CultureInfo.InvariantCulture, $"too big, MTU {BinaryPrimitives.ReadUInt32BigEndian(data[4..])}{Quoted(data, show)}"),
            TimeExceeded => $"{(data[1] == 0 ? "hop limit exceeded on the way" : "fragments did not arrive in time")}{Quoted(data, show)}",
            ParameterProblem => $"parameter problem{Quoted(data, show)}",
            RouterSolicitation => "router solicitation",
            RouterAdvertisement => "router advertisement",
            NeighborSolicitation when data.Length >= LengthWithTarget => $"who has {show(AddressKey.Of(data[8..24]))}?",
            NeighborAdvertisement when data.Length >= LengthWithTarget => $"{show(AddressKey.Of(data[8..24]))} is here",
            _ => $"type {IcmpSummary.Number(data[0])} code {IcmpSummary.Number(data[1])} len={IcmpSummary.Number(packet.PayloadLength)}",
        };
    }

    private static string Why(byte code) => code switch
    {
        0 => "no route",
        1 => "unreachable: prohibited by a filter",
        3 => "address unreachable",
        4 => "port unreachable",
        _ => $"unreachable, code {IcmpSummary.Number(code)}",
    };

    private static string Quoted(ReadOnlySpan<byte> data, Func<AddressKey, string> show) =>
        IpSummary.Quoted(EtherTypes.Version6, data[IcmpSummary.Header..], show);
}

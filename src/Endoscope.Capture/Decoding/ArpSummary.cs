using System.Buffers.Binary;
using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>Who has an address (RFC 826). Pure.</summary>
internal static class ArpSummary
{
    private const int LengthForEthernet = 28;
    private const ushort Request = 1;
    private const ushort Reply = 2;

    public static (string Protocol, string Info) Of(ReadOnlySpan<byte> data, Func<AddressKey, string> show)
    {
        if (data.Length < LengthForEthernet || data[4] != 6 || data[5] != 4)
        {
            return ("ARP", "broken, or not of Ethernet and IPv4");
        }

        var (sender, target) = (show(AddressKey.Of(data[14..18])), show(AddressKey.Of(data[24..28])));
        return ("ARP", BinaryPrimitives.ReadUInt16BigEndian(data[6..]) switch
        {
            Request when data[14..18].SequenceEqual(data[24..28]) => $"announces {sender} at {ByteText.Hardware(data[8..14])}",
            Request => $"who has {target}? tell {sender}",
            Reply => $"{sender} is at {ByteText.Hardware(data[8..14])}",
            var operation => string.Create(CultureInfo.InvariantCulture, $"operation {operation}"),
        });
    }
}

using System.Buffers.Binary;
using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>The first TLS record of a segment, and of a ClientHello the name that it asks for (RFC 8446, RFC 6066). Pure.</summary>
internal static class TlsSummary
{
    private const int RecordHeader = 5;
    private const int HandshakeHeader = 4;
    private const int VersionAndRandom = 34;
    private const int LongestRecord = (1 << 14) + 2048;
    private const byte Alert = 21;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;
    private const byte ChangeCipherSpec = 20;
    private const byte ClientHello = 1;
    private const byte ServerHello = 2;

    /// <summary>What it is, or null where it is none.</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        if (data.Length < RecordHeader || data[1] != 3 || data[2] > 4 || BinaryPrimitives.ReadUInt16BigEndian(data[3..]) is 0 or > LongestRecord)
        {
            return null;
        }

        var record = data[RecordHeader..Math.Min(data.Length, RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(data[3..]))];
        return data[0] switch
        {
            ChangeCipherSpec => "ChangeCipherSpec",
            Alert => "Alert",
            ApplicationData => "ApplicationData",
            Handshake when record.Length >= HandshakeHeader => OfHandshake(record),
            _ => null,
        };
    }

    private static string OfHandshake(ReadOnlySpan<byte> record) => record[0] switch
    {
        ClientHello => ServerName(record[HandshakeHeader..]) is { } name ? $"ClientHello sni={name}" : "ClientHello",
        ServerHello => "ServerHello",
        var type => string.Create(CultureInfo.InvariantCulture, $"Handshake {type}"),
    };

    // After version and random come the session's identifier, the ciphers, the compressions and the extensions, each with its length before it.
    private static string? ServerName(ReadOnlySpan<byte> hello)
    {
        if (hello.Length < VersionAndRandom
            || !Skip(hello[VersionAndRandom..], lengthBytes: 1, out var rest)
            || !Skip(rest, lengthBytes: 2, out rest)
            || !Skip(rest, lengthBytes: 1, out rest)
            || rest.Length < 2)
        {
            return null;
        }

        rest = rest[2..];
        while (rest.Length >= 4)
        {
            var type = BinaryPrimitives.ReadUInt16BigEndian(rest);
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(rest[2..]), rest.Length - 4);
            var extension = rest.Slice(4, length);
            if (type == 0)
            {
                return FirstName(extension);
            }

            rest = rest[(4 + length)..];
        }

        return null;
    }

    // A list of names (its length first), each with a type, 0 for a host, and a length.
    private static string? FirstName(ReadOnlySpan<byte> list) =>
        list.Length > 5 && list[2] == 0 ? ByteText.Of(list.Slice(5, Math.Min(BinaryPrimitives.ReadUInt16BigEndian(list[3..]), list.Length - 5))) : null;

    private static bool Skip(ReadOnlySpan<byte> data, int lengthBytes, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (data.Length < lengthBytes)
        {
            return false;
        }

        var length = lengthBytes + (lengthBytes == 1 ? data[0] : BinaryPrimitives.ReadUInt16BigEndian(data));
        if (length > data.Length)
        {
            return false;
        }

        rest = data[length..];
        return true;
    }
}

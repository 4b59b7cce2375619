using System.Buffers.Binary;
using System.Globalization;

namespace Endoscope.Capture.Decoding;

/// <summary>A DNS message: its question, its answers, how it went (RFC 1035). Pure.</summary>
internal static class DnsSummary
{
    private const int Header = 12;
    private const int MostAnswers = 4;
    private const ushort Response = 0x8000;
    private const ushort Truncated = 0x0200;
    private const ushort TypeA = 1;
    private const ushort TypeAaaa = 28;

    /// <summary>Whether DNS, or multicast DNS, is spoken there.</summary>
    public static bool IsPort(int port) => port is 53 or 5353;

    /// <summary>What it says, or null where it is none.</summary>
    public static string? Of(ReadOnlySpan<byte> message)
    {
        if (message.Length < Header)
        {
            return null;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var at = Header;
        var question = "";
        for (var i = 0; i < questions && at < message.Length; i++)
        {
            var name = DnsName.Read(message, ref at);
            question = i == 0 && message.Length - at >= 4 ? $" {Type(BinaryPrimitives.ReadUInt16BigEndian(message[at..]))} {name}" : question;
            at += 4;
        }

        var kind = (flags & Response) == 0 ? "query" : "response";
        var id = BinaryPrimitives.ReadUInt16BigEndian(message).ToString("x4", CultureInfo.InvariantCulture);
        return $"{kind} 0x{id}{question}{((flags & Response) == 0 ? "" : Outcome(message, at, answers, flags))}";
    }

    private static string Outcome(ReadOnlySpan<byte> message, int at, int count, ushort flags)
    {
        List<string> shown = [];
        for (var i = 0; i < count && shown.Count < MostAnswers && Record(message, ref at) is { } record; i++)
        {
            shown.Add(record);
        }

        var code = (flags & 15) switch
        {
            0 => shown.Count == 0 ? "no answer" : null,
            1 => "FORMERR",
            2 => "SERVFAIL",
            3 => "NXDOMAIN",
            4 => "NOTIMP",
            5 => "REFUSED",
            var other => string.Create(CultureInfo.InvariantCulture, $"error {other}"),
        };
        var more = count > shown.Count && shown.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $", {count - shown.Count} more") : "";
        return $": {string.Join(", ", code is null ? shown : [code, .. shown])}{more}{((flags & Truncated) != 0 ? " (truncated)" : "")}";
    }

    /// <summary>The next record, or null where it is cut off.</summary>
    private static string? Record(ReadOnlySpan<byte> message, ref int at)
    {
        _ = DnsName.Read(message, ref at);
        if (message.Length - at < 10)
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        var content = at + 10;
        if (message.Length - content < length)
        {
            return null;
        }

        at = content + length;
        return (type, length) switch
        {
            (TypeA, 4) or (TypeAaaa, 16) => AddressKey.Of(message.Slice(content, length)).ToAddress().ToString(),
            (2 or 5 or 12, _) => $"{Type(type)} {DnsName.Read(message, ref content)}",
            (33, > 6) => Service(message, content),
            _ => Type(type),
        };
    }

    private static string Service(ReadOnlySpan<byte> message, int content)
    {
        var name = content + 6;
        var port = BinaryPrimitives.ReadUInt16BigEndian(message[(content + 4)..]);
        return string.Create(CultureInfo.InvariantCulture, $"SRV {DnsName.Read(message, ref name)}:{port}");
    }

    private static string Type(ushort type) => type switch
    {
        TypeA => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        TypeAaaa => "AAAA",
        33 => "SRV",
        41 => "OPT",
        64 => "SVCB",
        65 => "HTTPS",
        255 => "ANY",
        _ => string.Create(CultureInfo.InvariantCulture, $"TYPE{type}"),
    };
}

/// <summary>A name in a DNS message, which may point to an earlier one. Pure.</summary>
internal static class DnsName
{
    private const int Longest = 255;
    private const byte Pointer = 0xc0;

    /// <summary>Reads a name, and moves behind it. Each pointer must lead to before the one that led there, so that none leads in a circle.</summary>
    public static string Read(ReadOnlySpan<byte> message, ref int at)
    {
        List<string> labels = [];
        var (position, behind, limit, bytes) = (at, -1, at, 0);
        while (position < message.Length && bytes < Longest)
        {
            var length = message[position];
            if (length >= Pointer && position + 1 < message.Length)
            {
                var target = ((length & 0x3f) << 8) | message[position + 1];
                behind = behind < 0 ? position + 2 : behind;
                if (target >= limit)
                {
                    break;
                }

                position = limit = target;
                continue;
            }

            position++;
            if (length is 0 or >= 64)
            {
                break;
            }

            labels.Add(ByteText.Of(message.Slice(position, Math.Min(length, message.Length - position))));
            position = Math.Min(position + length, message.Length);
            bytes += length + 1;
        }

        at = behind < 0 ? position : behind;
        return labels.Count == 0 ? "." : string.Join('.', labels);
    }
}

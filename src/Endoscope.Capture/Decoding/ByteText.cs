using System.Globalization;
using System.Text;

namespace Endoscope.Capture.Decoding;

/// <summary>Bytes of a packet as text that does no harm: printable ASCII as it is, everything else as <c>\xNN</c>. Pure.</summary>
internal static class ByteText
{
    private const int Longest = 120;

    /// <summary>The text, cut at a length fit for a line.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        foreach (var one in bytes[..Math.Min(bytes.Length, Longest)])
        {
            _ = one is >= 0x20 and < 0x7f and not (byte)'\\' ? text.Append((char)one) : text.Append(CultureInfo.InvariantCulture, $@"\x{one:x2}");
        }

        return bytes.Length > Longest ? text.Append("...").ToString() : text.ToString();
    }

    /// <summary>A hardware address.</summary>
    public static string Hardware(ReadOnlySpan<byte> address)
    {
        var text = new StringBuilder();
        foreach (var one in address)
        {
            text.Append(text.Length > 0 ? ":" : "").Append(CultureInfo.InvariantCulture, $"{one:x2}");
        }

        return text.ToString();
    }
}

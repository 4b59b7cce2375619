using System.Buffers;

namespace Endoscope.Capture.Decoding;

/// <summary>The first line of an HTTP/1 request or answer (RFC 9112). Pure.</summary>
internal static class HttpSummary
{
    private const int LongestMethod = 7;
    private static readonly SearchValues<byte> LineEnd = SearchValues.Create("\r\n"u8);
    private static readonly HashSet<string> Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

    /// <summary>The line, or null where it is none.</summary>
    public static string? Of(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOfAny(LineEnd);
        var line = end < 0 ? data : data[..end];
        var isRequest = line[..Math.Min(line.Length, LongestMethod + 1)].IndexOf((byte)' ') is > 0 and var space && Methods.Contains(ByteText.Of(line[..space]));
        return isRequest || line.StartsWith("HTTP/1."u8) ? ByteText.Of(line) : null;
    }
}

using System.Globalization;
using System.Text;

namespace Endoscope.Terminal;

/// <summary>
/// Makes text from elsewhere harmless for a terminal: what could move the cursor, recolour, retitle, reorder or hide is written out
/// (<c>\x1b</c>, <c>\u202e</c>) instead of obeyed.
/// </summary>
public static class TerminalText
{
    /// <summary>Escapes everything that is not plain text, line ends and tabs too: the result is one line.</summary>
    public static string Escape(string text) => Escape(text, keepLines: false);

    /// <summary>Escapes everything that is not plain text but line ends and tabs.</summary>
    public static string EscapeLines(string text) => Escape(text, keepLines: true);

    private static string Escape(string text, bool keepLines)
    {
        var harmful = 0;
        while (harmful < text.Length && !IsHarmful(text, harmful, keepLines))
        {
            harmful++;
        }

        if (harmful == text.Length)
        {
            return text;
        }

        var escaped = new StringBuilder(text, 0, harmful, text.Length + 16);
        for (var i = harmful; i < text.Length; i++)
        {
            _ = IsHarmful(text, i, keepLines) ? escaped.Append(Written(text[i])) : escaped.Append(text[i]);
        }

        return escaped.ToString();
    }

    private static bool IsHarmful(string text, int i, bool keepLines)
    {
        var c = text[i];
        if (char.IsAscii(c) && !char.IsControl(c))
        {
            return false;
        }

        if (c is '\n' or '\t')
        {
            return !keepLines;
        }

        if (char.IsSurrogate(c))
        {
            var paired = char.IsHighSurrogate(c)
                ? i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                : i > 0 && char.IsHighSurrogate(text[i - 1]);

            // Tag characters (plane 14) are invisible text.
            return !paired || CharUnicodeInfo.GetUnicodeCategory(text, char.IsHighSurrogate(c) ? i : i - 1) == UnicodeCategory.Format;
        }

        return char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
    }

    private static string Written(char c) => c switch
    {
        '\n' => @"\n",
        '\r' => @"\r",
        '\t' => @"\t",
        < '\u0100' => string.Create(CultureInfo.InvariantCulture, $@"\x{(int)c:x2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $@"\u{(int)c:x4}"),
    };
}

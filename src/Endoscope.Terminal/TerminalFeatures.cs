namespace Endoscope.Terminal;

/// <summary>What the environment says about how to draw.</summary>
/// <param name="Colors">The colours to use.</param>
/// <param name="Unicode">Whether block and arrow characters can be expected to appear; ASCII otherwise.</param>
/// <param name="CursorMovement">Whether the terminal understands escape sequences at all (<c>TERM=dumb</c> does not).</param>
public sealed record TerminalFeatures(ColorSupport Colors, bool Unicode, bool CursorMovement)
{
    /// <summary>The features of this process's terminal.</summary>
    public static TerminalFeatures FromEnvironment() =>
        Detect(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows());

    /// <summary>Decides from variables: NO_COLOR (no-color.org), TERM, COLORTERM, LC_ALL, LC_CTYPE and LANG.</summary>
    public static TerminalFeatures Detect(Func<string, string?> variable, bool windows)
    {
        var term = variable("TERM") ?? "";
        if (term is "dumb" || (term.Length == 0 && !windows))
        {
            return new(ColorSupport.None, IsUnicode(variable, term, windows), CursorMovement: false);
        }

        var colors = string.IsNullOrEmpty(variable("NO_COLOR")) ? DetectColors(variable, term, windows) : ColorSupport.None;
        return new(colors, IsUnicode(variable, term, windows), CursorMovement: true);
    }

    private static ColorSupport DetectColors(Func<string, string?> variable, string term, bool windows)
    {
        var trueColor = variable("COLORTERM") is "truecolor" or "24bit"
            || term.EndsWith("-direct", StringComparison.Ordinal)
            || (windows && term.Length == 0);

        // GNU screen inherits COLORTERM from the terminal around it but does not pass 24-bit colours on.
        var screen = term.StartsWith("screen", StringComparison.Ordinal) && string.IsNullOrEmpty(variable("TMUX"));
        if (trueColor && !screen)
        {
            return ColorSupport.TrueColor;
        }

        return trueColor || term.Contains("256color", StringComparison.Ordinal) ? ColorSupport.Palette256 : ColorSupport.Sixteen;
    }

    private static bool IsUnicode(Func<string, string?> variable, string term, bool windows)
    {
        if (windows)
        {
            return true;
        }

        // The Linux console decodes UTF-8, but its fonts have room for few block characters.
        if (term is "linux")
        {
            return false;
        }

        var locale = FirstSet(variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG"));
        return locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
            || locale.Contains("utf8", StringComparison.OrdinalIgnoreCase);
    }

    private static string FirstSet(params ReadOnlySpan<string?> values)
    {
        foreach (var value in values)
        {
            if (!string.IsNullOrEmpty(value))
            {
                return value;
            }
        }

        return "";
    }
}

namespace Endoscope.Terminal;

/// <summary>Escape sequences that undo what a remote program may have left behind.</summary>
public static class TerminalModes
{
    /// <summary>
    /// Back from the alternate screen and application keys, cursor shown, no mouse or focus reports, no bracketed paste, plain text.
    /// Harmless where nothing was changed: 1047 is used since 1049 would move the cursor.
    /// </summary>
    public const string Reset =
        "\e[?1047l\e[?1l\e>\e[?25h\e[?1000l\e[?1002l\e[?1003l\e[?1004l\e[?1006l\e[?2004l\e[?2026l\e[0m";
}

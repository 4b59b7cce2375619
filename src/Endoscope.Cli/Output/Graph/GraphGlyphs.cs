namespace Endoscope.Cli.Output.Graph;

/// <summary>The characters a graph is made of.</summary>
internal sealed record GraphGlyphs
{
    public static GraphGlyphs Unicode { get; } = new()
    {
        Levels = " ▁▂▃▄▅▆▇█",
        Lost = '✗',
        Unsent = '!',
        Up = '●',
        Lossy = '▲',
        Down = '✗',
        Waiting = '○',
        Gone = '–',
        Ellipsis = "…",
        Arrow = "→",
        Range = "–",
        Separator = " · ",
        ScrollKeys = "↑↓",
    };

    public static GraphGlyphs Ascii { get; } = new()
    {
        Levels = " .:-=+*#@",
        Lost = 'x',
        Unsent = '!',
        Up = '+',
        Lossy = '!',
        Down = 'x',
        Waiting = 'o',
        Gone = '-',
        Ellipsis = "~",
        Arrow = "->",
        Range = "-",
        Separator = ", ",
        ScrollKeys = "up/down",
    };

    /// <summary>From nothing to a full cell in eighths.</summary>
    public required string Levels { get; init; }

    public required char Lost { get; init; }

    public required char Unsent { get; init; }

    public required char Up { get; init; }

    public required char Lossy { get; init; }

    public required char Down { get; init; }

    public required char Waiting { get; init; }

    public required char Gone { get; init; }

    public required string Ellipsis { get; init; }

    public required string Arrow { get; init; }

    public required string Range { get; init; }

    public required string Separator { get; init; }

    public required string ScrollKeys { get; init; }

    /// <summary>Whether cells stack to higher bars.</summary>
    public bool CanBeTall => this == Unicode;
}

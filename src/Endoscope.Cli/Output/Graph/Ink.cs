namespace Endoscope.Cli.Output.Graph;

/// <summary>What a piece of text means; <see cref="Palette"/> says how that looks.</summary>
/// <param name="Tone">The meaning.</param>
/// <param name="Heat">For <see cref="Tone.RoundTrip"/>: 0 (fast) to <see cref="Palette.HottestHeat"/> (slow).</param>
internal readonly record struct Ink(Tone Tone, int Heat = 0)
{
    public static Ink Plain => new(Tone.Plain);

    public static Ink Faint => new(Tone.Faint);

    public static Ink Strong => new(Tone.Strong);

    public static Ink Good => new(Tone.Good);

    public static Ink Warning => new(Tone.Warning);

    public static Ink Bad => new(Tone.Bad);
}

/// <summary>The meanings that text in the graph can have.</summary>
internal enum Tone
{
    /// <summary>As the terminal shows it.</summary>
    Plain,

    /// <summary>Less important.</summary>
    Faint,

    /// <summary>More important.</summary>
    Strong,

    /// <summary>All is well.</summary>
    Good,

    /// <summary>Look here.</summary>
    Warning,

    /// <summary>Lost, unreachable.</summary>
    Bad,

    /// <summary>A round-trip time.</summary>
    RoundTrip,
}

using System.Globalization;

namespace Endoscope.Cli.Output;

/// <summary>Writes times for people.</summary>
internal static class Duration
{
    /// <summary>In the largest unit that leaves a whole number or nearly: <c>90s</c> is <c>1.5 min</c>.</summary>
    public static string Format(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => Invariant($"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 1 } => Invariant($"{time.TotalMinutes:0.#} min"),
        _ => Invariant($"{time.TotalSeconds:0.#} s"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

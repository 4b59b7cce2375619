using System.Globalization;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output.Graph;

/// <summary>How inks look on a terminal. All colours keep their distance from black and from white, since the background is not known.</summary>
internal sealed class Palette
{
    /// <summary>The highest heat of a round-trip time.</summary>
    public const int HottestHeat = 15;

    // Below the first nothing is noticed, above the second everything is.
    private const double CoolMilliseconds = 0.3;
    private const double HotMilliseconds = 300;

    private static readonly int[] Xterm = [35, 35, 71, 71, 107, 106, 142, 142, 178, 178, 172, 172, 166, 166, 160, 160];

    private static readonly (int Red, int Green, int Blue)[] Stops = [(38, 162, 105), (120, 165, 50), (196, 160, 0), (224, 120, 20), (214, 56, 48)];

    private readonly string[] heats;
    private readonly string good;
    private readonly string warning;
    private readonly string bad;

    private Palette(string good, string warning, string bad, string[] heats) =>
        (this.good, this.warning, this.bad, this.heats) = (good, warning, bad, heats);

    /// <summary>The palette for a terminal. Without colours, weight alone tells the inks apart.</summary>
    public static Palette For(ColorSupport colors)
    {
        var heats = Enumerable.Range(0, HottestHeat + 1);
        return colors switch
        {
            ColorSupport.None => new("", "1", "1", [.. heats.Select(_ => "")]),
            ColorSupport.Sixteen => new("32", "33", "1;31", [.. heats.Select(heat => heat < 6 ? "32" : heat < 12 ? "33" : "31")]),
            ColorSupport.Palette256 => new("38;5;35", "38;5;172", "1;38;5;160", [.. heats.Select(heat => "38;5;" + Number(Xterm[heat]))]),
            _ => new("38;2;38;162;105", "38;2;214;130;10", "1;38;2;220;50;47", [.. heats.Select(Blend)]),
        };
    }

    /// <summary>The heat of a round-trip time, on a logarithmic scale that is the same for all runs.</summary>
    public static int HeatOf(TimeSpan roundTrip)
    {
        var part = Math.Log(Math.Max(roundTrip.TotalMilliseconds, CoolMilliseconds) / CoolMilliseconds) / Math.Log(HotMilliseconds / CoolMilliseconds);
        return (int)Math.Round(Math.Min(part, 1) * HottestHeat);
    }

    /// <summary>The parameters of the escape sequence "select graphic rendition"; empty for plain text.</summary>
    public string RenditionOf(Ink ink) => ink.Tone switch
    {
        Tone.Faint => "2",
        Tone.Strong => "1",
        Tone.Good => good,
        Tone.Warning => warning,
        Tone.Bad => bad,
        Tone.RoundTrip => heats[ink.Heat],
        _ => "",
    };

    private static string Blend(int heat)
    {
        var position = (double)heat / HottestHeat * (Stops.Length - 1);
        var (from, to) = (Stops[(int)position], Stops[Math.Min((int)position + 1, Stops.Length - 1)]);
        string Mix(int a, int b) => Number((int)Math.Round(a + ((b - a) * (position - (int)position))));
        return $"38;2;{Mix(from.Red, to.Red)};{Mix(from.Green, to.Green)};{Mix(from.Blue, to.Blue)}";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

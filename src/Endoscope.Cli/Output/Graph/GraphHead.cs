using System.Globalization;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output.Graph;

/// <summary>Draws what is around the rows: the title, the heads of the columns with the scale, and the foot.</summary>
internal static class GraphHead
{
    private const int Levels = 8;
    private const string Brand = "scope ping  ";

    /// <summary>From where to where, how often, how long, and how many are up; as much of it as there is room for.</summary>
    public static GraphLine Title(PingBoard board, IReadOnlyList<PingDestination> destinations, GraphLook look)
    {
        var run = board.Run;
        var source = GraphText.Cells(run.SourcePod);
        var goal = $" {look.Glyphs.Arrow} {string.Join(", ", Namespaces(destinations, run))}";
        var clock = "  " + GraphText.Clock(look.Now > run.StartedAt ? look.Now - run.StartedAt : TimeSpan.Zero);
        var pace = string.Create(CultureInfo.InvariantCulture, $"  every {run.Interval.TotalSeconds:0.###} s");
        var (longCounts, shortCounts) = (Counts(destinations, look.Glyphs, isLong: true), Counts(destinations, look.Glyphs, isLong: false));
        var room = look.Size.Columns - source.Length - goal.Length - clock.Length;
        var counts = room >= pace.Length + Length(longCounts) ? longCounts : shortCounts;
        var shownPace = room >= pace.Length + Length(counts) ? pace : "";
        var brand = room >= shownPace.Length + Length(counts) + Brand.Length ? Brand : "";

        room = look.Size.Columns - brand.Length - shownPace.Length - clock.Length - Length(counts);
        var shownSource = NameColumn.Fit([source], Math.Max(1, Math.Max(room - goal.Length, room / 2)), look.Glyphs.Ellipsis)[source];
        var line = new GraphLine().Add(brand, Ink.Faint).Add(shownSource, Ink.Strong)
            .Add(GraphText.Cut(goal, room - shownSource.Length, look.Glyphs.Ellipsis), Ink.Plain)
            .Add(shownPace + clock, Ink.Faint)
            .PadTo(look.Size.Columns - Length(counts));
        counts.ForEach(count => line.Add(count.Text, count.Ink));
        return line;
    }

    /// <summary>The names of the columns; above the times, what their heights mean.</summary>
    public static GraphLine Columns(GraphLayout layout, RoundTripScale scale, GraphGlyphs glyphs)
    {
        var line = new GraphLine().PadTo(GraphLayout.NameStart).Add("POD", Ink.Faint);
        if (layout.NodeWidth > 0)
        {
            line.PadTo(layout.NodeStart).Add("NODE", Ink.Faint);
        }

        line.PadTo(layout.SparkStart);
        Legend(line, layout.SparkWidth, scale, glyphs);
        line.PadTo(layout.NumbersStart);
        foreach (var number in layout.Numbers)
        {
            line.Add(TitleOf(number).PadLeft(GraphLayout.NumberWidth), Ink.Faint);
        }

        return line;
    }

    /// <summary>A notice or the keys, and which rows are shown.</summary>
    public static GraphLine Foot(IReadOnlyList<PingDestination> destinations, GraphLook look, int scroll, int page)
    {
        var width = look.Size.Columns;
        var last = Math.Min(scroll + page, destinations.Count);
        var position = destinations.Count > page
            ? string.Create(CultureInfo.InvariantCulture, $"{scroll + 1}{look.Glyphs.Range}{last} of {destinations.Count}")
            : "";
        var room = width - position.Length - 1;
        var line = new GraphLine();
        if (look.Notice is { } notice)
        {
            line.Add(GraphText.Cut(GraphText.Cells(notice), room, look.Glyphs.Ellipsis), Ink.Warning);
        }
        else if (look.IsLast)
        {
            line.Add(GraphText.Cut(PingSummary.LastLine(destinations), room, look.Glyphs.Ellipsis), Ink.Strong);
        }
        else
        {
            line.Add(GraphText.Cut(Keys(look, position.Length > 0), room, look.Glyphs.Ellipsis), Ink.Faint);
        }

        return position.Length == 0 ? line : line.PadTo(width - position.Length).Add(position, Ink.Faint);
    }

    private static string Keys(GraphLook look, bool scrolls)
    {
        var sort = look.Sort switch { GraphSort.Worst => "worst first", GraphSort.Name => "by name", _ => "slowest first" };
        string[] keys = [.. scrolls ? [look.Glyphs.ScrollKeys + " scroll"] : Array.Empty<string>(), $"s sort: {sort}", "q quit"];
        return string.Join(look.Glyphs.Separator, keys);
    }

    private static void Legend(GraphLine line, int width, RoundTripScale scale, GraphGlyphs glyphs)
    {
        var low = Number(scale.LowMilliseconds);
        var high = Number(scale.HighMilliseconds) + " ms";
        var lost = $"  {glyphs.Lost} lost";
        if (low.Length + high.Length + Levels + 2 > width)
        {
            return;
        }

        line.Add(low + " ", Ink.Faint);
        for (var level = 1; level <= Levels; level++)
        {
            line.Add(glyphs.Levels[level].ToString(), new Ink(Tone.RoundTrip, Palette.HeatOf(scale.TimeAt(level, Levels))));
        }

        line.Add(" " + high, Ink.Faint);
        if (low.Length + high.Length + Levels + 2 + lost.Length <= width)
        {
            line.Add("  ", Ink.Plain).Add(glyphs.Lost.ToString(), Ink.Bad).Add(" lost", Ink.Faint);
        }
    }

    private static int Length(List<(string Text, Ink Ink)> counts) => counts.Sum(count => count.Text.Length);

    private static List<(string Text, Ink Ink)> Counts(IReadOnlyList<PingDestination> destinations, GraphGlyphs glyphs, bool isLong)
    {
        var states = destinations.CountBy(destination => destination.State).ToDictionary();
        List<(string, Ink)> counts = [];
        void Add(PingState state, char mark, string word, Ink ink)
        {
            if (states.GetValueOrDefault(state) is > 0 and var count)
            {
                counts.Add((string.Create(CultureInfo.InvariantCulture, $"  {mark} {count}{(isLong ? " " + word : "")}"), ink));
            }
        }

        Add(PingState.Up, glyphs.Up, "up", Ink.Good);
        Add(PingState.Lossy, glyphs.Lossy, "lossy", Ink.Warning);
        Add(PingState.Down, glyphs.Down, "down", Ink.Bad);
        Add(PingState.NoAddress, glyphs.Waiting, "no address", Ink.Warning);
        Add(PingState.Unknown, glyphs.Waiting, "waiting", Ink.Faint);
        Add(PingState.Gone, glyphs.Gone, "gone", Ink.Faint);
        return counts;
    }

    private static string[] Namespaces(IReadOnlyList<PingDestination> destinations, PingRun run)
    {
        var named = destinations.Select(destination => destination.Target).Where(target => target.Kind == PingTargetKind.Pod)
            .Select(target => GraphText.Cells(target.Namespace)).Distinct().ToArray();
        return named.Length > 0 ? named : [destinations.Count > 0 ? "nodes" : GraphText.Cells(run.SourceNamespace)];
    }

    private static string TitleOf(NumberColumn column) => column switch
    {
        NumberColumn.Last => "LAST ms",
        NumberColumn.Median => "MEDIAN",
        NumberColumn.P95 => "P95",
        _ => "LOSS",
    };

    private static string Number(double milliseconds) => milliseconds.ToString("0.####", CultureInfo.InvariantCulture);
}

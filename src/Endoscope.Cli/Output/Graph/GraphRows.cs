using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output.Graph;

/// <summary>Draws the rows of a frame.</summary>
internal sealed class GraphRows(
    GraphLayout layout, RoundTripScale scale, GraphGlyphs glyphs, long latestSequence, IReadOnlyDictionary<string, string> fittedNames)
{
    private const int Eighths = 8;

    /// <summary>A destination's lines: its name and numbers in the first, its graph through all.</summary>
    public IEnumerable<GraphLine> Draw(PingDestination destination, string name, string node)
    {
        var state = destination.State;
        for (var i = 0; i < layout.RowHeight; i++)
        {
            var line = new GraphLine();
            if (i == 0)
            {
                Mark(line, state);
                line.Add(fittedNames[name], state switch { PingState.Down => Ink.Bad, PingState.Gone => Ink.Faint, _ => Ink.Plain });
            }
            else if (i == 1)
            {
                var address = destination.LastAddress?.ToString() ?? "";
                line.PadTo(GraphLayout.NameStart).Add(GraphText.Cut(address, layout.NameWidth, glyphs.Ellipsis), Ink.Faint);
            }

            if (layout.NodeWidth > 0 && i == 0)
            {
                line.PadTo(layout.NodeStart).Add(GraphText.Cut(node, layout.NodeWidth, glyphs.Ellipsis), Ink.Faint);
            }

            line.PadTo(layout.SparkStart);
            Times(line, destination, fromBottom: layout.RowHeight - 1 - i);
            if (i == 0)
            {
                line.PadTo(layout.NumbersStart);
                Numbers(line, destination, state);
            }

            yield return line;
        }

        if (layout.RowPitch > layout.RowHeight)
        {
            yield return new GraphLine();
        }
    }

    private void Mark(GraphLine line, PingState state)
    {
        var (mark, ink) = state switch
        {
            PingState.Up => (glyphs.Up, Ink.Good),
            PingState.Lossy => (glyphs.Lossy, Ink.Warning),
            PingState.Down => (glyphs.Down, Ink.Bad),
            PingState.NoAddress => (glyphs.Waiting, Ink.Warning),
            PingState.Gone => (glyphs.Gone, Ink.Faint),
            _ => (glyphs.Waiting, Ink.Faint),
        };
        line.Add(mark.ToString(), ink).PadTo(GraphLayout.NameStart);
    }

    private void Times(GraphLine line, PingDestination destination, int fromBottom)
    {
        if (destination.History.Highest < 0)
        {
            if (fromBottom == layout.RowHeight - 1 && PingText.Trouble(destination) is { } trouble)
            {
                line.Add(GraphText.Cut(GraphText.Cells(trouble), layout.SparkWidth, glyphs.Ellipsis), Ink.Faint);
            }

            return;
        }

        for (var sequence = latestSequence - layout.SparkWidth + 1; sequence <= latestSequence; sequence++)
        {
            var (cell, ink) = Cell(destination.History[sequence], fromBottom);
            line.Add(cell.ToString(), ink);
        }
    }

    private (char Cell, Ink Ink) Cell(ProbeSample sample, int fromBottom)
    {
        switch (sample.Fate)
        {
            case ProbeFate.Answered:
                var filled = scale.LevelOf(sample.RoundTrip, Eighths * layout.RowHeight) - (Eighths * fromBottom);
                return (glyphs.Levels[Math.Clamp(filled, 0, Eighths)], new Ink(Tone.RoundTrip, Palette.HeatOf(sample.RoundTrip)));
            case ProbeFate.Lost:
                return (fromBottom == 0 ? glyphs.Lost : ' ', Ink.Bad);
            case ProbeFate.Unsent:
                return (fromBottom == 0 ? glyphs.Unsent : ' ', Ink.Warning);
            default:
                return (' ', Ink.Plain);
        }
    }

    private void Numbers(GraphLine line, PingDestination destination, PingState state)
    {
        var statistics = destination.Statistics;
        var times = layout.Numbers.Where(number => number != NumberColumn.Loss).ToArray();
        if (state == PingState.Down && !destination.IsReachable)
        {
            var width = times.Length * GraphLayout.NumberWidth;
            var reason = times.Length > 1 ? GraphText.Cut(Reason(destination), width - 2, glyphs.Ellipsis) : "down";
            line.Add(reason.PadLeft(width), Ink.Bad);
        }
        else
        {
            foreach (var number in times)
            {
                Time(line, number switch { NumberColumn.Last => statistics.Last, NumberColumn.Median => statistics.Median, _ => statistics.P95 });
            }
        }

        var loss = statistics.Loss is { } part ? PingText.Percent(part) : "";
        line.Add(loss.PadLeft(GraphLayout.NumberWidth), statistics.Loss > 0 ? Ink.Bad : Ink.Faint);
    }

    private static void Time(GraphLine line, TimeSpan? time)
    {
        if (time is { } known)
        {
            line.Add(PingText.Milliseconds(known).PadLeft(GraphLayout.NumberWidth), new Ink(Tone.RoundTrip, Palette.HeatOf(known)));
        }
        else
        {
            line.PadTo(line.Width + GraphLayout.NumberWidth);
        }
    }

    private static string Reason(PingDestination destination) => destination switch
    {
        { Errors.Count: > 0 } => GraphText.Cells(destination.Errors[^1].Kind).ToLowerInvariant(),
        { Statistics: { Sent: 0, Unsent: > 0 } } => "cannot be sent to",
        _ => "no answer",
    };
}

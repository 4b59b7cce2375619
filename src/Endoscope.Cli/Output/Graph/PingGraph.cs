using System.Globalization;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output.Graph;

/// <summary>What decides how a frame looks, besides the board.</summary>
internal sealed record GraphLook
{
    public required WindowSize Size { get; init; }

    public required GraphGlyphs Glyphs { get; init; }

    public required DateTimeOffset Now { get; init; }

    public GraphSort Sort { get; init; }

    /// <summary>The destination at the top.</summary>
    public int Scroll { get; init; }

    /// <summary>Something to be said once, or null.</summary>
    public string? Notice { get; init; }

    /// <summary>Whether this is the frame that stays; it offers no keys.</summary>
    public bool IsLast { get; init; }
}

/// <summary>A picture for the whole screen.</summary>
/// <param name="Lines">From the top; at most as many as the window has.</param>
/// <param name="Scroll">The destination at the top, after limits.</param>
/// <param name="Page">How many destinations fit.</param>
internal sealed record GraphFrame(IReadOnlyList<GraphLine> Lines, int Scroll, int Page);

/// <summary>Draws a run of ping: a title, a row for each destination, a foot. A pure function of what it is given.</summary>
internal static class PingGraph
{
    private const int LinesOfHead = 2;
    private const int LinesOfFoot = 1;

    /// <summary>Draws the destinations in the order given.</summary>
    public static GraphFrame Render(PingBoard board, IReadOnlyList<PingDestination> ordered, GraphLook look)
    {
        lock (board.Gate)
        {
            var names = ordered.Select(destination => GraphText.Cells(PingText.Name(destination))).ToArray();
            var nodes = ordered.Select(destination => GraphText.Cells(destination.Node ?? "")).ToArray();
            var layout = GraphLayout.For(
                look.Size.Columns, look.Size.Rows, ordered.Count, names.Append("POD").Max(name => name.Length),
                nodes.Append("NODE").Max(node => node.Length), look.Glyphs.CanBeTall);
            var page = Math.Max(1, (look.Size.Rows - LinesOfHead - LinesOfFoot) / layout.RowPitch);
            var scroll = Math.Clamp(look.Scroll, 0, Math.Max(0, ordered.Count - page));
            var scale = RoundTripScale.For(ordered, board.LatestSequence - layout.SparkWidth + 1);
            var rows = new GraphRows(layout, scale, look.Glyphs, board.LatestSequence, NameColumn.Fit(names, layout.NameWidth, look.Glyphs.Ellipsis));

            List<GraphLine> lines = [GraphHead.Title(board, ordered, look), GraphHead.Columns(layout, scale, look.Glyphs)];
            for (var i = scroll; i < Math.Min(scroll + page, ordered.Count); i++)
            {
                lines.AddRange(rows.Draw(ordered[i], names[i], nodes[i]));
            }

            if (lines.Count < look.Size.Rows)
            {
                lines.Add(GraphHead.Foot(ordered, look, scroll, page));
            }

            return new GraphFrame([.. lines.Take(look.Size.Rows)], scroll, page);
        }
    }
}

using System.Globalization;
using System.Text;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output;

/// <summary>The result of a run as a table for a person.</summary>
internal static class PingSummary
{
    /// <summary>The table, the troubles, and a last line. Lines of the table longer than <paramref name="width"/> (null: no limit) are cut.</summary>
    public static string Format(PingBoard board, int? width)
    {
        lock (board.Gate)
        {
            var text = new StringBuilder(Table(board.Destinations).Format(width));
            foreach (var destination in board.Destinations)
            {
                if (PingText.Trouble(destination) is { } trouble)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{PingText.Name(destination)}: {trouble}\n");
                }
            }

            return text.Append(LastLine(board.Destinations)).Append('\n').ToString();
        }
    }

    private static Table Table(IEnumerable<PingDestination> destinations)
    {
        var table = new Table(
            Column.Left("POD"), Column.Left("ADDRESS"), Column.Left("NODE"), Column.Right("SENT"), Column.Right("RECEIVED"), Column.Right("LOSS"),
            Column.Right("MIN ms"), Column.Right("MEDIAN"), Column.Right("P95"), Column.Right("MAX"), Column.Right("JITTER"));
        foreach (var destination in destinations)
        {
            var statistics = destination.Statistics;
            table.Add(
                PingText.Name(destination), destination.LastAddress?.ToString() ?? "-", destination.Node ?? "-",
                Number(statistics.Sent), Number(statistics.Received), statistics.Loss is { } loss ? PingText.Percent(loss) : "-",
                PingText.MillisecondsOrDash(statistics.Min), PingText.MillisecondsOrDash(statistics.Median), PingText.MillisecondsOrDash(statistics.P95),
                PingText.MillisecondsOrDash(statistics.Max), PingText.MillisecondsOrDash(statistics.Jitter));
        }

        return table;
    }

    /// <summary>How many did well, and how the others did.</summary>
    public static string LastLine(IReadOnlyList<PingDestination> destinations)
    {
        var flawless = destinations.Count(destination => destination.IsFlawless);
        var unreachable = destinations.Count(destination => !destination.IsReachable && !destination.IsGone);
        var lossy = destinations.Count(destination => destination.IsReachable && !destination.IsFlawless);
        var parts = new List<string> { $"{flawless} of {PingText.Count(destinations.Count, "destination")} answered every probe" };
        if (lossy > 0)
        {
            parts.Add($"{lossy} lost some");
        }

        if (unreachable > 0)
        {
            parts.Add($"{unreachable} unreachable");
        }

        return string.Join(", ", parts);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

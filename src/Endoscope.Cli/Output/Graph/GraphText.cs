using System.Globalization;

namespace Endoscope.Cli.Output.Graph;

/// <summary>Text that must take a known number of cells.</summary>
internal static class GraphText
{
    /// <summary>Replaces what may take no cell or two; names in Kubernetes are ASCII, so only hostile ones change.</summary>
    public static string Cells(string text) => string.Create(text.Length, text, (cells, from) =>
    {
        for (var i = 0; i < cells.Length; i++)
        {
            cells[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        }
    });

    /// <summary>Cuts to a width, with a mark where something is missing.</summary>
    public static string Cut(string text, int width, string ellipsis) =>
        text.Length <= width ? text : width <= ellipsis.Length ? text[..Math.Max(0, width)] : text[..(width - ellipsis.Length)] + ellipsis;

    /// <summary>A duration as a clock shows it: <c>00:42</c>, <c>1:02:03</c>, <c>2d 03:04</c>.</summary>
    public static string Clock(TimeSpan time) => time switch
    {
        { Days: > 0 } => time.ToString(@"d\d\ hh\:mm", CultureInfo.InvariantCulture),
        { Hours: > 0 } => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"mm\:ss", CultureInfo.InvariantCulture),
    };
}

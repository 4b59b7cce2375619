using System.Text;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output;

/// <summary>A column of a table.</summary>
internal sealed record Column(string Title, bool IsRight)
{
    public static Column Left(string title) => new(title, IsRight: false);

    public static Column Right(string title) => new(title, IsRight: true);
}

/// <summary>Text in columns, two spaces apart; what a cell holds is escaped.</summary>
internal sealed class Table(params Column[] columns)
{
    private readonly List<string[]> rows = [];
    private int[]? fixedWidths;

    /// <summary>Adds a row, a cell a column.</summary>
    public void Add(params string[] cells) => rows.Add([.. cells.Select(TerminalText.Escape)]);

    /// <summary>The table's lines. Lines longer than <paramref name="width"/> (null: no limit) are cut.</summary>
    public string Format(int? width) => Lines([Titles, .. rows], Widths(), width);

    /// <summary>The lines that were added since the last call, in columns as wide as the first call had them; the first time with the titles.</summary>
    public string Continue(int? width)
    {
        List<string[]> next = fixedWidths is null ? [Titles, .. rows] : [.. rows];
        fixedWidths ??= Widths();
        rows.Clear();
        return Lines(next, fixedWidths, width);
    }

    private string[] Titles => [.. columns.Select(column => column.Title)];

    private int[] Widths() => [.. columns.Select((column, i) => rows.Select(row => row[i].Length).Append(column.Title.Length).Max())];

    private string Lines(List<string[]> lines, int[] widths, int? width)
    {
        var text = new StringBuilder();
        foreach (var row in lines)
        {
            var cells = row.Select((cell, i) => columns[i].IsRight ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            var line = string.Join("  ", cells).TrimEnd();
            text.Append(width is { } limit && line.Length > limit ? line[..limit] : line).Append('\n');
        }

        return text.ToString();
    }
}

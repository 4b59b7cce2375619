namespace Endoscope.Cli.Output.Graph;

/// <summary>A column of numbers at the right.</summary>
internal enum NumberColumn
{
    /// <summary>The latest round-trip time.</summary>
    Last,

    /// <summary>The median.</summary>
    Median,

    /// <summary>The 95th percentile.</summary>
    P95,

    /// <summary>The part lost.</summary>
    Loss,
}

/// <summary>Where things go on a screen of some size.</summary>
internal sealed record GraphLayout
{
    /// <summary>Cells for each number and the space before it.</summary>
    public const int NumberWidth = 8;

    private const int MarkWidth = 2;
    private const int Gap = 2;
    private const int ShortestName = 12;
    private const int LongestNode = 24;

    // The times are what one came for: nodes are named only where so many of them fit beside.
    private const int SparkBeforeNode = 36;

    private const int TallestRow = 3;
    private const int LinesAround = 4;

    /// <summary>Cells for a name.</summary>
    public required int NameWidth { get; init; }

    /// <summary>Cells for a node's name, or 0 where they are left out.</summary>
    public required int NodeWidth { get; init; }

    /// <summary>Cells for the times, one a probe.</summary>
    public required int SparkWidth { get; init; }

    /// <summary>The numbers there is room for.</summary>
    public required IReadOnlyList<NumberColumn> Numbers { get; init; }

    /// <summary>Lines for each destination's graph.</summary>
    public required int RowHeight { get; init; }

    /// <summary>Lines for each destination with the empty one below it, if any.</summary>
    public int RowPitch => RowHeight > 1 ? RowHeight + 1 : 1;

    /// <summary>Where names begin.</summary>
    public static int NameStart => MarkWidth;

    /// <summary>Where nodes begin.</summary>
    public int NodeStart => NameStart + NameWidth + Gap;

    /// <summary>Where the times begin.</summary>
    public int SparkStart => NodeWidth > 0 ? NodeStart + NodeWidth + Gap : NameStart + NameWidth + Gap;

    /// <summary>Where the numbers begin.</summary>
    public int NumbersStart => SparkStart + SparkWidth;

    /// <summary>Lays out so many destinations.</summary>
    public static GraphLayout For(int columns, int lines, int destinations, int longestName, int longestNode, bool canBeTall)
    {
        NumberColumn[] numbers = columns switch
        {
            < 60 => [NumberColumn.Last, NumberColumn.Loss],
            < 90 => [NumberColumn.Last, NumberColumn.P95, NumberColumn.Loss],
            _ => [NumberColumn.Last, NumberColumn.Median, NumberColumn.P95, NumberColumn.Loss],
        };
        var name = Math.Min(longestName, Math.Max(ShortestName, columns * 3 / 10));
        var layout = new GraphLayout { NameWidth = name, NodeWidth = 0, SparkWidth = 0, Numbers = numbers, RowHeight = 1 };
        var room = columns - layout.SparkStart - (numbers.Length * NumberWidth);
        var node = Math.Min(longestNode, LongestNode);
        if (room - node - Gap >= SparkBeforeNode)
        {
            layout = layout with { NodeWidth = node };
            room -= node + Gap;
        }

        var height = canBeTall ? ((lines - LinesAround) / Math.Max(1, destinations)) - 1 : 1;
        return layout with { SparkWidth = Math.Clamp(room, 1, Ping.PingHistory.Capacity - 8), RowHeight = Math.Clamp(height, 1, TallestRow) };
    }
}

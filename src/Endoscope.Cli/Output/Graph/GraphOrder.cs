using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output.Graph;

/// <summary>By what rows are sorted.</summary>
internal enum GraphSort
{
    /// <summary>Unreachable first, then by loss, then by slowness.</summary>
    Worst,

    /// <summary>By name.</summary>
    Name,

    /// <summary>The slowest median first.</summary>
    RoundTrip,
}

/// <summary>
/// Keeps rows in an order that eyes can follow: it is looked at again only every few seconds, and a destination keeps its rank until
/// what decides it has clearly changed.
/// </summary>
internal sealed class GraphOrder
{
    private const double ClearChange = 0.75;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Dictionary<PingDestination, (double Loss, double Slowness)> ranks = [];
    private List<PingDestination> order = [];
    private DateTimeOffset sortedAt;
    private GraphSort sortedBy;

    /// <summary>The destinations in the order to show them.</summary>
    public IReadOnlyList<PingDestination> Arrange(IReadOnlyList<PingDestination> destinations, GraphSort sort, DateTimeOffset now)
    {
        if (sort == sortedBy && order.Count == destinations.Count && now - sortedAt < Patience)
        {
            return order;
        }

        (sortedAt, sortedBy) = (now, sort);
        var place = order.Select((destination, i) => (destination, i)).ToDictionary(pair => pair.destination, pair => pair.i);
        foreach (var destination in destinations)
        {
            ranks[destination] = Rank(destination, sort);
        }

        order =
        [
            .. destinations
                .OrderBy(destination => sort == GraphSort.Worst ? ClassOf(destination) : destination.IsGone ? 1 : 0)
                .ThenByDescending(destination => sort == GraphSort.Worst ? ranks[destination].Loss : 0)
                .ThenByDescending(destination => sort == GraphSort.Name ? 0 : ranks[destination].Slowness)
                .ThenBy(destination => sort == GraphSort.Name ? 0 : place.GetValueOrDefault(destination, int.MaxValue))
                .ThenBy(destination => destination.Target.Name, StringComparer.Ordinal),
        ];
        return order;
    }

    private static int ClassOf(PingDestination destination) => destination.State switch
    {
        PingState.Down => 0,
        PingState.Gone => 4,
        PingState.NoAddress => 3,
        _ when destination.Statistics.Lost > 0 => 1,
        _ => 2,
    };

    private (double Loss, double Slowness) Rank(PingDestination destination, GraphSort sort)
    {
        var statistics = destination.Statistics;
        var time = sort == GraphSort.Worst ? statistics.P95 : statistics.Median;
        var loss = Math.Log2(1 + ((statistics.Loss ?? 0) * 1000));
        var slowness = time is { } known ? Math.Log(1 + known.TotalMicroseconds, 1.5) : 0;
        return ranks.TryGetValue(destination, out var rank) && sort == sortedBy
            ? (Settle(rank.Loss, loss), Settle(rank.Slowness, slowness))
            : (loss, slowness);
    }

    private static double Settle(double before, double now) => Math.Abs(now - before) > ClearChange ? now : before;
}

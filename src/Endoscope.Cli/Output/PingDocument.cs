using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output;

/// <summary>The result of <c>scope ping -o json</c>.</summary>
internal sealed record PingDocument(
    string Type, PingSourceDocument Source, DateTimeOffset StartedAt, DateTimeOffset EndedAt, double IntervalMilliseconds, double TimeoutMilliseconds,
    bool Flawless, PingCountsDocument Totals, IReadOnlyList<PingDestinationDocument> Destinations)
{
    /// <summary>What is known now.</summary>
    public static PingDocument For(PingBoard board, DateTimeOffset now)
    {
        lock (board.Gate)
        {
            var run = board.Run;
            var all = board.Destinations.Select(destination => destination.Statistics).ToArray();
            var (received, lost, unsent) = (all.Sum(s => s.Received), all.Sum(s => s.Lost), all.Sum(s => s.Unsent));
            var totals = new PingCountsDocument(received + lost, received, lost, unsent, Percent(received + lost > 0 ? (double)lost / (received + lost) : null));
            return new PingDocument(
                "summary", new PingSourceDocument(run.SourceNamespace, run.SourcePod), run.StartedAt, now, run.Interval.TotalMilliseconds,
                run.Timeout.TotalMilliseconds, board.IsFlawless, totals, [.. board.Destinations.Select(PingDestinationDocument.For)]);
        }
    }

    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    public static double? Percent(double? part) => part is { } known ? Math.Round(known * 100, 3) : null;

    public static string KindOf(PingDestination destination) => destination.Target.Kind == PingTargetKind.Node ? "node" : "pod";

    public static string? NamespaceOf(PingDestination destination) => destination.Target.Namespace is { Length: > 0 } named ? named : null;
}

/// <summary>The pod that probes were sent from.</summary>
internal sealed record PingSourceDocument(string Namespace, string Pod);

/// <summary>Counts of probes; those still on their way at the end are in none.</summary>
internal sealed record PingCountsDocument(long Sent, long Received, long Lost, long NotSent, double? LossPercent);

/// <summary>Times of answers, in milliseconds; the jitter is the mean absolute difference of successive ones.</summary>
internal sealed record PingTimesDocument(
    double MinMilliseconds, double MedianMilliseconds, double MeanMilliseconds, double P95Milliseconds, double MaxMilliseconds, double? JitterMilliseconds);

/// <summary>An ICMP error and how often it came.</summary>
internal sealed record PingErrorDocument(string Message, string From, long Count);

/// <summary>The result for one destination.</summary>
internal sealed record PingDestinationDocument(
    string Kind, string? Namespace, string Name, string? Address, string? Node, string State, string? Message,
    PingCountsDocument Counts, long Duplicates, PingTimesDocument? RoundTrip, IReadOnlyList<PingErrorDocument> IcmpErrors)
{
    public static PingDestinationDocument For(PingDestination destination)
    {
        var s = destination.Statistics;
        return new PingDestinationDocument(
            PingDocument.KindOf(destination), PingDocument.NamespaceOf(destination), destination.Target.Name, destination.LastAddress?.ToString(),
            destination.Node, StateOf(destination), destination.Reason,
            new PingCountsDocument(s.Sent, s.Received, s.Lost, s.Unsent, PingDocument.Percent(s.Loss)), s.Duplicates, Times(s),
            [.. destination.Errors.Select(error => new PingErrorDocument(error.Kind, error.From, error.Count))]);
    }

    private static PingTimesDocument? Times(PingStatistics s) =>
        s is { Min: { } min, Median: { } median, Mean: { } mean, P95: { } p95, Max: { } max }
            ? new PingTimesDocument(
                PingDocument.Milliseconds(min), PingDocument.Milliseconds(median), PingDocument.Milliseconds(mean), PingDocument.Milliseconds(p95),
                PingDocument.Milliseconds(max), s.Jitter is { } jitter ? PingDocument.Milliseconds(jitter) : null)
            : null;

    private static string StateOf(PingDestination destination) => destination switch
    {
        { IsGone: true } => "gone",
        { State: PingState.NoAddress } => "noAddress",
        { IsReachable: false } => "unreachable",
        { IsFlawless: false } => "lossy",
        _ => "reachable",
    };
}

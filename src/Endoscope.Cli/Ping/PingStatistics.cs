namespace Endoscope.Cli.Ping;

/// <summary>Counts and times of one destination; the memory stays the same however long it runs.</summary>
internal sealed class PingStatistics
{
    private readonly RoundTrips roundTrips = new();
    private double sumMilliseconds;
    private double sumOfDifferencesMilliseconds;

    /// <summary>Probes whose fate is known: answered or lost. Those still on their way are not counted.</summary>
    public long Sent => Received + Lost;

    /// <summary>Probes answered in time.</summary>
    public long Received { get; private set; }

    /// <summary>Probes not answered in time.</summary>
    public long Lost { get; private set; }

    /// <summary>Probes that the source's kernel refused to send: no route, or no buffer free.</summary>
    public long Unsent { get; private set; }

    /// <summary>Answers beyond the first to the same probe.</summary>
    public long Duplicates { get; private set; }

    /// <summary>The part of probes lost, 0 to 1; all of them where none could be sent; null before the first is known.</summary>
    public double? Loss => Sent > 0 ? (double)Lost / Sent : Unsent > 0 ? 1 : null;

    /// <summary>The latest answer's round-trip time.</summary>
    public TimeSpan? Last { get; private set; }

    /// <summary>The shortest round-trip time.</summary>
    public TimeSpan? Min { get; private set; }

    /// <summary>The longest round-trip time.</summary>
    public TimeSpan? Max { get; private set; }

    /// <summary>The mean round-trip time.</summary>
    public TimeSpan? Mean => Received == 0 ? null : TimeSpan.FromMilliseconds(sumMilliseconds / Received);

    /// <summary>Half of the answers were faster.</summary>
    public TimeSpan? Median => roundTrips.Quantile(0.5);

    /// <summary>95 of 100 answers were faster.</summary>
    public TimeSpan? P95 => roundTrips.Quantile(0.95);

    /// <summary>The mean absolute difference between the round-trip times of successive answers; null before the second.</summary>
    public TimeSpan? Jitter => Received < 2 ? null : TimeSpan.FromMilliseconds(sumOfDifferencesMilliseconds / (Received - 1));

    public void CountAnswer(TimeSpan roundTrip)
    {
        sumMilliseconds += roundTrip.TotalMilliseconds;
        sumOfDifferencesMilliseconds += Last is { } last ? Math.Abs((roundTrip - last).TotalMilliseconds) : 0;
        roundTrips.Add(roundTrip);
        Last = roundTrip;
        Min = Min is { } min && min < roundTrip ? min : roundTrip;
        Max = Max is { } max && max > roundTrip ? max : roundTrip;
        Received++;
    }

    public void CountLoss() => Lost++;

    public void CountUnsent() => Unsent++;

    public void CountDuplicate() => Duplicates++;

    /// <summary>A probe taken for unsent had only been reported late.</summary>
    public void TakeBackUnsent() => Unsent--;
}

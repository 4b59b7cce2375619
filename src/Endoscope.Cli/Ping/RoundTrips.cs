namespace Endoscope.Cli.Ping;

/// <summary>
/// Quantiles of round-trip times in bounded memory: exact for the first 1,024, then from buckets that grow by 1 %, so that a quantile is at
/// most 0.5 % off, from 1 µs to 100 s.
/// </summary>
internal sealed class RoundTrips
{
    private const int ExactLimit = 1024;
    private const double Growth = 1.01;
    private const double LargestMicroseconds = 1e8;

    private static readonly int BucketCount = BucketOf(LargestMicroseconds) + 1;

    private readonly List<double> exact = [];
    private bool isSorted = true;
    private int[]? buckets;
    private long count;

    /// <summary>Adds a time.</summary>
    public void Add(TimeSpan time)
    {
        count++;
        var microseconds = time.TotalMicroseconds;
        if (buckets is not null)
        {
            buckets[BucketOf(microseconds)]++;
            return;
        }

        exact.Add(microseconds);
        isSorted = false;
        if (exact.Count > ExactLimit)
        {
            buckets = new int[BucketCount];
            exact.ForEach(value => buckets[BucketOf(value)]++);
            exact.Clear();
            exact.TrimExcess();
        }
    }

    /// <summary>The time below which the given part (0 to 1) of all times lies; null while there is none.</summary>
    public TimeSpan? Quantile(double part)
    {
        if (count == 0)
        {
            return null;
        }

        return TimeSpan.FromMicroseconds(buckets is null ? ExactQuantile(part) : BucketQuantile(buckets, part));
    }

    private double ExactQuantile(double part)
    {
        if (!isSorted)
        {
            exact.Sort();
            isSorted = true;
        }

        var position = part * (exact.Count - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, exact.Count - 1);
        return exact[below] + ((exact[above] - exact[below]) * (position - below));
    }

    private double BucketQuantile(int[] filled, double part)
    {
        var rank = (long)(part * (count - 1));
        var bucket = 0;
        for (var seen = 0L; bucket < filled.Length - 1; bucket++)
        {
            seen += filled[bucket];
            if (seen > rank)
            {
                break;
            }
        }

        return Math.Pow(Growth, bucket + 0.5);
    }

    private static int BucketOf(double microseconds) =>
        (int)(Math.Log(Math.Clamp(microseconds, 1, LargestMicroseconds)) / Math.Log(Growth));
}

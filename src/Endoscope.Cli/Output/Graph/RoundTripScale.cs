using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output.Graph;

/// <summary>
/// The logarithmic scale that all rows share, so that they can be compared. Its ends are round numbers around what is seen, at least a
/// factor of ten apart, so that a quiet network does not look like mountains; the slowest hundredth may lie above it.
/// </summary>
internal sealed record RoundTripScale(double LowMilliseconds, double HighMilliseconds)
{
    private const int StepsPerDecade = 20;
    private const int LowestDecade = -3;
    private const int Decades = 9;
    private const double OutlierPart = 0.01;

    /// <summary>The scale for the samples of all destinations from a sequence on.</summary>
    public static RoundTripScale For(IReadOnlyList<PingDestination> destinations, long firstSequence)
    {
        var steps = new int[Decades * StepsPerDecade];
        var count = 0;
        foreach (var history in destinations.Select(destination => destination.History))
        {
            for (var sequence = Math.Max(0, firstSequence); sequence <= history.Highest; sequence++)
            {
                if (history[sequence] is { Fate: ProbeFate.Answered } sample)
                {
                    steps[StepOf(sample.RoundTrip.TotalMilliseconds)]++;
                    count++;
                }
            }
        }

        if (count == 0)
        {
            return new RoundTripScale(0.1, 10);
        }

        var low = RoundDown(ValueOf(Array.FindIndex(steps, step => step > 0)));
        var high = RoundUp(ValueOf(StepBelowOutliers(steps, count) + 1));
        return new RoundTripScale(low, Math.Max(high, low * 10));
    }

    /// <summary>How high a time reaches, as 1 to <paramref name="levels"/>.</summary>
    public int LevelOf(TimeSpan roundTrip, int levels)
    {
        var part = Math.Log(Math.Max(roundTrip.TotalMilliseconds, LowMilliseconds) / LowMilliseconds) / Math.Log(HighMilliseconds / LowMilliseconds);
        return 1 + (int)Math.Min(part * levels, levels - 1);
    }

    /// <summary>The time at the middle of a level.</summary>
    public TimeSpan TimeAt(int level, int levels) =>
        TimeSpan.FromMilliseconds(LowMilliseconds * Math.Pow(HighMilliseconds / LowMilliseconds, (level - 0.5) / levels));

    private static int StepBelowOutliers(int[] steps, int count)
    {
        var allowed = (int)(count * OutlierPart);
        var step = steps.Length - 1;
        for (var above = steps[step]; above <= allowed && step > 0; above += steps[step])
        {
            step--;
        }

        return step;
    }

    private static int StepOf(double milliseconds) =>
        (int)Math.Clamp((Math.Log10(Math.Max(milliseconds, 1e-9)) - LowestDecade) * StepsPerDecade, 0, (Decades * StepsPerDecade) - 1);

    private static double ValueOf(int step) => Math.Pow(10, LowestDecade + ((double)step / StepsPerDecade));

    // The tolerance takes up what logarithms do to a value that is round already.
    private static double RoundDown(double value) => RoundNumbers(value).Last(number => number <= value * 1.0001);

    private static double RoundUp(double value) => RoundNumbers(value).First(number => number >= value * 0.9999);

    private static IEnumerable<double> RoundNumbers(double around)
    {
        var decade = (int)Math.Floor(Math.Log10(around));
        for (var exponent = decade - 1; exponent <= decade + 1; exponent++)
        {
            foreach (var mantissa in new[] { 1, 2, 5 })
            {
                // A decimal literal's nearest double, so that it prints short.
                yield return exponent < 0 ? mantissa / Math.Pow(10, -exponent) : mantissa * Math.Pow(10, exponent);
            }
        }
    }
}

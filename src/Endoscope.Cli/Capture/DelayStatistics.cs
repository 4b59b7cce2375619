using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Capture;

/// <summary>How long packets took, in bounded memory. Between two clocks that can be less than nothing.</summary>
internal sealed class DelayStatistics
{
    private readonly RoundTrips times = new();

    public TimeSpan? Min { get; private set; }

    public TimeSpan? Max { get; private set; }

    public TimeSpan? Median => times.Quantile(0.5);

    public TimeSpan? P95 => times.Quantile(0.95);

    public void Add(TimeSpan delay)
    {
        times.Add(delay);
        Min = Min is { } min && min < delay ? min : delay;
        Max = Max is { } max && max > delay ? max : delay;
    }
}

namespace Endoscope.Cli.Ping;

/// <summary>What became of a probe.</summary>
internal enum ProbeFate : byte
{
    /// <summary>Not known, or none was meant to be sent.</summary>
    Unknown,

    /// <summary>Answered in time.</summary>
    Answered,

    /// <summary>Not answered in time.</summary>
    Lost,

    /// <summary>Refused by the source's kernel.</summary>
    Unsent,
}

/// <summary>One probe of the recent past.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="RoundTrip">Its time, where it was answered.</param>
internal readonly record struct ProbeSample(ProbeFate Fate, TimeSpan RoundTrip);

/// <summary>The fates of the latest <see cref="Capacity"/> probes of one destination, by their number in the run.</summary>
internal sealed class PingHistory
{
    /// <summary>How many probes are remembered: more than any terminal is wide.</summary>
    public const int Capacity = 512;

    private readonly ProbeSample[] samples = new ProbeSample[Capacity];

    /// <summary>The highest number that was set, or -1.</summary>
    public long Highest { get; private set; } = -1;

    /// <summary>Whether the number is too old to be remembered.</summary>
    public bool IsForgotten(long sequence) => sequence <= Highest - Capacity;

    /// <summary>The probe of that number; unknown where it is forgotten or yet to come.</summary>
    public ProbeSample this[long sequence] =>
        sequence < 0 || sequence > Highest || IsForgotten(sequence) ? default : samples[sequence % Capacity];

    /// <summary>Remembers a fate; answers may come out of order.</summary>
    public void Set(long sequence, ProbeSample sample)
    {
        if (IsForgotten(sequence))
        {
            return;
        }

        for (var skipped = Math.Max(Highest + 1, sequence - Capacity + 1); skipped < sequence; skipped++)
        {
            samples[skipped % Capacity] = default;
        }

        Highest = Math.Max(Highest, sequence);
        samples[sequence % Capacity] = sample;
    }

    /// <summary>The latest probes whose fate is known, newest first.</summary>
    public IEnumerable<ProbeSample> LatestKnown()
    {
        for (var sequence = Highest; sequence >= 0 && !IsForgotten(sequence); sequence--)
        {
            if (this[sequence] is { Fate: not ProbeFate.Unknown } sample)
            {
                yield return sample;
            }
        }
    }
}

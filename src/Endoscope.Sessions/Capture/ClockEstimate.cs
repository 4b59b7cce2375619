namespace Endoscope.Sessions.Capture;

/// <summary>How far a node's clock is ahead of ours, as a question and its answer tell.</summary>
/// <param name="Offset">The best guess: the answer was given in the middle of its way.</param>
/// <param name="Uncertainty">How far off that can be: half the way.</param>
public readonly record struct ClockEstimate(TimeSpan Offset, TimeSpan Uncertainty)
{
    /// <summary>From when the question was asked, when the answer came, and what it said; nanoseconds since 1970.</summary>
    public static ClockEstimate From(long asked, long answered, long told) =>
        new(Time(told - asked - ((answered - asked) / 2)), Time((answered - asked) / 2));

    /// <summary>The better of two.</summary>
    public ClockEstimate Best(ClockEstimate other) => other.Uncertainty < Uncertainty ? other : this;

    /// <summary>
    /// What is to be taken off this clock's times, in nanoseconds, to get the reference's. Zero where both may well be right: nodes keep
    /// their clocks together better than can be measured from afar, and a correction by a guess would put packets into a wrong order.
    /// </summary>
    public long CorrectionTo(ClockEstimate reference)
    {
        var ahead = Offset - reference.Offset;
        return ahead.Duration() > Uncertainty + reference.Uncertainty ? ahead.Ticks * 100 : 0;
    }

    private static TimeSpan Time(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}

namespace Endoscope.Kubernetes.Exec;

/// <summary>
/// Decides when a peer that says nothing is asked for a sign of life, and when it counts as gone. Silence counts only while
/// someone reads: a reader who pauses leaves the peer's answers in the socket behind the data that he has not taken. Pure.
/// </summary>
internal static class Silence
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Check = TimeSpan.FromSeconds(5);

    /// <summary>How long a peer may say nothing before it is asked; also what keeps a balancer from closing an idle connection.</summary>
    public static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer that was asked may say nothing.</summary>
    public static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(20);

    // A server that cannot pass our data on stops reading, and then sees no pings either. Less than this always finds room on the way.
    private const int MaxUnanswered = 32 * 1024;

    /// <param name="sincePing">Since the last ping that was sent.</param>
    /// <param name="reading">How long a read has been waiting without a byte; null while no one reads.</param>
    /// <param name="unanswered">How many bytes were sent since anything was received.</param>
    public static Verdict Judge(TimeSpan sincePing, TimeSpan? reading, long unanswered)
    {
        var wasAsked = reading > sincePing;
        if (wasAsked && reading >= GoneAfter && unanswered <= MaxUnanswered)
        {
            return Verdict.Gone;
        }

        return sincePing >= PingAfter ? Verdict.Ask : Verdict.Fine;
    }
}

internal enum Verdict
{
    Fine,
    Ask,
    Gone,
}

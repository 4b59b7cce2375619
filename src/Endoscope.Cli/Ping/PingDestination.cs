using System.Net;

namespace Endoscope.Cli.Ping;

/// <summary>What a destination is.</summary>
internal enum PingTargetKind
{
    /// <summary>A pod.</summary>
    Pod,

    /// <summary>A node.</summary>
    Node,
}

/// <summary>A pod or node by name.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Namespace">The pod's namespace; empty for a node.</param>
/// <param name="Name">Its name.</param>
internal sealed record PingTarget(PingTargetKind Kind, string Namespace, string Name);

/// <summary>How a destination does, judged by its latest probes.</summary>
internal enum PingState
{
    /// <summary>Nothing is known yet.</summary>
    Unknown,

    /// <summary>Its latest probes were answered.</summary>
    Up,

    /// <summary>Some of its latest probes were lost.</summary>
    Lossy,

    /// <summary>Its latest probes were all lost.</summary>
    Down,

    /// <summary>It has no address to ping.</summary>
    NoAddress,

    /// <summary>It is no more.</summary>
    Gone,
}

/// <summary>An ICMP error seen for a destination, and how often.</summary>
internal sealed record PingErrorCount(string Kind, string From, long Count);

/// <summary>One destination and all that is known of it.</summary>
internal sealed class PingDestination(PingTarget target)
{
    /// <summary>No fping was started for its address yet.</summary>
    public const long NotProbed = long.MaxValue;

    private const int KindsOfErrors = 8;
    private const int DownAfter = 3;
    private const int LossyWithin = 20;

    private readonly List<PingErrorCount> errors = [];

    public PingTarget Target { get; } = target;

    /// <summary>The node it is on, or null where it is not on one yet.</summary>
    public string? Node { get; set; }

    /// <summary>Its address, or null while it has none.</summary>
    public IPAddress? Address
    {
        get;
        set
        {
            field = value;
            LastAddress = value ?? LastAddress;
        }
    }

    /// <summary>The address it has or had last.</summary>
    public IPAddress? LastAddress { get; private set; }

    /// <summary>Why it has no address, or is gone; text of the cluster.</summary>
    public string? Reason { get; set; }

    /// <summary>Whether it was removed from the run.</summary>
    public bool IsGone { get; set; }

    /// <summary>The number in the run of the first probe to its address, or <see cref="NotProbed"/>.</summary>
    public long FirstSequence { get; set; } = NotProbed;

    public PingStatistics Statistics { get; } = new();

    public PingHistory History { get; } = new();

    /// <summary>The ICMP errors, the latest last.</summary>
    public IReadOnlyList<PingErrorCount> Errors => errors;

    /// <summary>Whether some probe was answered.</summary>
    public bool IsReachable => Statistics.Received > 0;

    /// <summary>Whether everything that is known of it is good.</summary>
    public bool IsFlawless => IsReachable && Statistics is { Lost: 0, Unsent: 0 };

    public PingState State
    {
        get
        {
            if (IsGone)
            {
                return PingState.Gone;
            }

            if (Address is null)
            {
                return PingState.NoAddress;
            }

            var latest = History.LatestKnown().Take(LossyWithin).ToArray();
            if (latest.Length == 0)
            {
                return PingState.Unknown;
            }

            if (latest.Take(DownAfter).All(sample => sample.Fate != ProbeFate.Answered))
            {
                return PingState.Down;
            }

            return latest.Any(sample => sample.Fate == ProbeFate.Lost) ? PingState.Lossy : PingState.Up;
        }
    }

    /// <summary>Counts an ICMP error; a kind beyond the first few replaces the oldest.</summary>
    public void CountError(string kind, string from)
    {
        var known = errors.FindIndex(error => error.Kind == kind && error.From == from);
        var count = known < 0 ? 1 : errors[known].Count + 1;
        if (known >= 0 || errors.Count == KindsOfErrors)
        {
            errors.RemoveAt(Math.Max(known, 0));
        }

        errors.Add(new PingErrorCount(kind, from, count));
    }
}

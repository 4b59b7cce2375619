namespace Endoscope.Cli.Ping;

/// <summary>What a run of ping is about.</summary>
internal sealed record PingRun
{
    /// <summary>The pod that probes are sent from.</summary>
    public required string SourcePod { get; init; }

    /// <summary>The source's namespace.</summary>
    public required string SourceNamespace { get; init; }

    /// <summary>Between two probes for a destination (<see cref="FpingPlan.Interval"/>).</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>How long an answer is waited for (<see cref="FpingPlan.Timeout"/>).</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Probes for each destination, or 0 for no end.</summary>
    public int Count { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }
}

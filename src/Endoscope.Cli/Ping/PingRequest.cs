using Endoscope.Sessions;

namespace Endoscope.Cli.Ping;

/// <summary>What the user asked ping for.</summary>
internal sealed record PingRequest
{
    /// <summary>The namespace of the destinations.</summary>
    public required string Namespace { get; init; }

    /// <summary>The only pod to ping, or null for all of the namespace.</summary>
    public string? Pod { get; init; }

    /// <summary>From where.</summary>
    public required TargetReference Source { get; init; }

    /// <summary>The namespace of the source.</summary>
    public required string SourceNamespace { get; init; }

    /// <summary>Whether pods are pinged.</summary>
    public bool Pods { get; init; }

    /// <summary>Whether the nodes of the pods are pinged.</summary>
    public bool Nodes { get; init; }

    /// <summary>Probes for each destination; 0: until interrupted.</summary>
    public int Count { get; init; }

    /// <summary>Between two probes for one destination.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>Probes before another ICMP id is taken; 0: always the same.</summary>
    public int ProbesPerId { get; init; }
}

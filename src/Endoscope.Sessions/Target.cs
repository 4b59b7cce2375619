using Endoscope.Kubernetes;

namespace Endoscope.Sessions;

/// <summary>The pod and container being looked into, as the API server described them once.</summary>
public sealed record Target
{
    /// <summary>The pod's namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>The pod's name.</summary>
    public required string Pod { get; init; }

    /// <summary>The pod's UID.</summary>
    public required string Uid { get; init; }

    /// <summary>The node it runs on.</summary>
    public required string Node { get; init; }

    /// <summary>The container's name.</summary>
    public required string Container { get; init; }

    /// <summary>The running container's ID: 64 hexadecimal digits; null where none runs and the pod's network is all that is asked for.</summary>
    public required string? ContainerId { get; init; }

    /// <summary>Whether the pod has its node's network.</summary>
    public bool HasHostNetwork { get; init; }

    /// <summary>The pod's runtime class, where that hides its processes from its node (gVisor, Kata); else null.</summary>
    public string? SandboxedRuntime { get; init; }

    /// <summary>What is worth telling the user about the choice made, such as which of several containers it is.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

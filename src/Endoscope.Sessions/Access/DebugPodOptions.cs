namespace Endoscope.Sessions.Access;

/// <summary>What the user can say about debug pods.</summary>
public sealed record DebugPodOptions
{
    /// <summary>The endoscope image.</summary>
    public required string Image { get; init; }

    /// <summary>The namespace that debug pods are put into; null for each target's own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Who the user is on their own machine, such as <c>jane@laptop</c>: told to those who find a debug pod.</summary>
    public string? User { get; init; }

    /// <summary>The name of a pull secret in the debug pod's namespace; empty for none. It is used where it exists, or where that cannot be known.</summary>
    public string PullSecret { get; init; } = "regcred";

    /// <summary>After this time without a session the debug pod ends itself.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>After this time the debug pod is ended by its kubelet, whatever it does.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a new debug pod may take until it runs.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the debug pod is <c>privileged</c>: every capability and device of its node.</summary>
    public bool Privileged { get; init; }

    /// <summary>More labels for it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>More annotations for it.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The taints that it tolerates; null for all.</summary>
    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    /// <summary>The resources that it asks for, as quantities by name; null for the usual ones.</summary>
    public IReadOnlyDictionary<string, string>? Requests { get; init; }

    /// <summary>The resources that it may use at most, as quantities by name; null for the usual ones.</summary>
    public IReadOnlyDictionary<string, string>? Limits { get; init; }

    /// <summary>Its priority class; null for the cluster's default.</summary>
    public string? PriorityClass { get; init; }

    /// <summary>What is merged into its manifest at last, or null.</summary>
    public PodOverrides? Overrides { get; init; }
}

using Endoscope.Kubernetes;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli;

/// <summary>What the global options ask for.</summary>
public sealed record GlobalRequest
{
    /// <summary>The namespace given, or null for the context's.</summary>
    public string? Namespace { get; init; }

    /// <summary>The target as it was written, or null.</summary>
    public string? Pod { get; init; }

    /// <summary>The container given, or null.</summary>
    public string? Container { get; init; }

    /// <summary>How to get beside the target.</summary>
    public AccessMode Mode { get; init; }

    /// <summary>The rights of an ephemeral container, or null for the least that the command works with.</summary>
    public EphemeralProfile? Profile { get; init; }

    /// <summary>Whether the debug pod goes when the command is done.</summary>
    public bool Terminate { get; init; }

    /// <summary>Whether results are written as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>How long a debug pod may take to start, or to go.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>What debug pods are to be like.</summary>
    public required DebugPodOptions DebugPod { get; init; }

    /// <summary>Which cluster, as whom.</summary>
    public required ConnectionOptions Connection { get; init; }

    /// <summary>The targets, where a command takes several: separated by commas.</summary>
    /// <exception cref="UsageException">One is of an unknown kind.</exception>
    public IReadOnlyList<TargetReference> Targets =>
        [.. (Pod ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(one => (this with { Pod = one }).Target)];

    /// <summary>The target.</summary>
    /// <exception cref="UsageException">None was given, or one of an unknown kind.</exception>
    public TargetReference Target => string.IsNullOrEmpty(Pod)
        ? throw new UsageException("no target was named", "-p POD before the command names the pod to look into, -n NAMESPACE its namespace")
        : TargetReference.Parse(Pod) ?? throw new UsageException(
            $"'{Pod}' names no kind of target that is known here", "give a pod's name, or deploy/NAME, sts/NAME, ds/NAME, rs/NAME, job/NAME, svc/NAME");
}

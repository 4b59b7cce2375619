namespace Endoscope.Sessions.Setup;

/// <summary>What a cluster is to be set up for.</summary>
public sealed record SetupRequest
{
    /// <summary>The namespace for debug pods.</summary>
    public required string DebugNamespace { get; init; }

    /// <summary>The namespace of the targets; null for all.</summary>
    public required string? TargetNamespace { get; init; }

    /// <summary>The groups whose members are to use scope.</summary>
    public required IReadOnlyList<string> Groups { get; init; }

    /// <summary>The users who are to use scope.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary>The endoscope image; debug pods of other repositories are refused, other tags are not.</summary>
    public required string Image { get; init; }

    /// <summary>The longest that a debug pod may last.</summary>
    public required TimeSpan Deadline { get; init; }

    /// <summary>Whether the server knows ValidatingAdmissionPolicy.</summary>
    public required bool HasPolicies { get; init; }
}

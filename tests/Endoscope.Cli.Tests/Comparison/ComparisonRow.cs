namespace Endoscope.Cli.Tests.Comparison;

/// <summary>One kubeconfig and environment.</summary>
/// <param name="Name">What the row is about.</param>
/// <param name="Files">Files to write, by name; <c>.kube/config</c> is the user's kubeconfig.</param>
internal sealed record ComparisonRow(string Name, params IReadOnlyList<(string Name, string Text)> Files)
{
    /// <summary>The flags of both programs.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>Variables of both programs.</summary>
    public IReadOnlyList<(string Name, string Value)> Variables { get; init; } = [];

    /// <summary>The minor version of the first kubectl 1.x that does so; an older one is left out.</summary>
    public int Since { get; init; }

    /// <summary>A phrase of docs/connection.md that tells why scope does not do what kubectl does; null where both do the same.</summary>
    public string? Difference { get; init; }

    /// <summary>What scope says where it refuses; null where it does not.</summary>
    public string? Refusal { get; init; }

    /// <summary>What kubectl says where both refuse, by which the refusals are known to be the same; null where that need not be said.</summary>
    public string? TheirRefusal { get; init; }
}

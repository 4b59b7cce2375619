namespace Endoscope.Kubernetes;

/// <summary>What the user's flags say about the connection; null where a flag was not given.</summary>
public sealed record ConnectionOptions
{
    /// <summary>The one kubeconfig file to read; it must exist. Null for the usual places.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context to use instead of the current one; matched exactly.</summary>
    public string? Context { get; init; }

    /// <summary>The cluster entry to use instead of the context's.</summary>
    public string? Cluster { get; init; }

    /// <summary>The user entry to use instead of the context's.</summary>
    public string? User { get; init; }

    /// <summary>The API server's address, instead of the cluster entry's.</summary>
    public string? Server { get; init; }

    /// <summary>A bearer token, instead of what the user entry would send.</summary>
    public string? Token { get; init; }
}

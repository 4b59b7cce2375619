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

    /// <summary>A file with the certificate authorities to believe, instead of the cluster entry's.</summary>
    public string? CertificateAuthority { get; init; }

    /// <summary>A file with the client certificate to show, instead of the user entry's.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>A file with the key of the client certificate, instead of the user entry's.</summary>
    public string? ClientKey { get; init; }

    /// <summary>The name that the server's certificate must be for, instead of its host's.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Whether the server's certificate is not verified at all.</summary>
    public bool SkipTlsVerify { get; init; }

    /// <summary>The user to act as.</summary>
    public string? As { get; init; }

    /// <summary>The groups to act in; they need a user to act as.</summary>
    public IReadOnlyList<string> AsGroups { get; init; } = [];

    /// <summary>The UID to act under; it needs a user to act as.</summary>
    public string? AsUid { get; init; }

    /// <summary>More of the identity to act under, keys and values; they need a user to act as.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AsUserExtra { get; init; } = [];

    /// <summary>How long one request may take; null or zero for the limits that requests have anyway.</summary>
    public TimeSpan? RequestTimeout { get; init; }
}

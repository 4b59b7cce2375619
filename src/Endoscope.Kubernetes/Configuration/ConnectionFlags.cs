namespace Endoscope.Kubernetes.Configuration;

/// <summary>What the flags change in the entries of a kubeconfig, by kubectl's rules. Pure.</summary>
internal static class ConnectionFlags
{
    public static ClusterEntry Apply(ClusterEntry cluster, ConnectionOptions options)
    {
        if (options.SkipTlsVerify || options.CertificateAuthority is not null)
        {
            cluster = cluster with
            {
                SkipTlsVerify = options.SkipTlsVerify,
                Authority = FromFile(options.CertificateAuthority, "--certificate-authority"),
            };
        }

        // Another server is not expected to bear the old one's name.
        return options.TlsServerName is null && options.Server is null
            ? cluster
            : cluster with { TlsServerName = options.TlsServerName };
    }

    public static UserEntry Apply(UserEntry user, ConnectionOptions options) => WithToken(user, options.Token) with
    {
        Place = user.Place.Length > 0 ? user.Place : "the flags",
        ClientCertificate = FromFile(options.ClientCertificate, "--client-certificate") ?? user.ClientCertificate,
        ClientKey = FromFile(options.ClientKey, "--client-key") ?? user.ClientKey,
        Impersonate = new Impersonation(
            options.As is { Length: > 0 } name ? name : user.Impersonate.User,
            options.AsUid is { Length: > 0 } uid ? uid : user.Impersonate.Uid,
            options.AsGroups.Count > 0 ? options.AsGroups : user.Impersonate.Groups,
            options.AsUserExtra.Count > 0 ? options.AsUserExtra : user.Impersonate.Extra),
    };

    private static UserEntry WithToken(UserEntry user, string? token)
        => token is { Length: > 0 } ? user with { Token = token, TokenFile = null, Exec = null, AuthProvider = null } : user;

    private static PemSource? FromFile(string? path, string flag)
        => path is { Length: > 0 } ? new PemSource(flag, null, Path.GetFullPath(path)) : null;
}

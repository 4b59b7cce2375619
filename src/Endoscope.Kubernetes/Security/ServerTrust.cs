using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Security;

/// <summary>Decides whether the server is the one that the kubeconfig means.</summary>
internal sealed class ServerTrust
{
    private readonly X509Certificate2Collection? authorities;
    private readonly bool skipVerification;

    private ServerTrust(X509Certificate2Collection? authorities, string serverName, bool skipVerification)
    {
        this.authorities = authorities;
        ServerName = serverName;
        this.skipVerification = skipVerification;
    }

    /// <summary>The name that the certificate must be for.</summary>
    public string ServerName { get; }

    public static ServerTrust From(ClusterEntry cluster, Uri server)
    {
        if (cluster.SkipTlsVerify && cluster.Authority is not null)
        {
            throw new ClusterException($"{cluster.Place}: a certificate authority and insecure-skip-tls-verify exclude each other");
        }

        return For(cluster, cluster.TlsServerName ?? HostOf(server));
    }

    /// <summary>An https proxy is verified as the server is, by its own name; so does kubectl.</summary>
    public static ServerTrust? FromProxy(ClusterEntry cluster, Uri? proxy) => proxy?.Scheme == "https" ? For(cluster, HostOf(proxy)) : null;

    /// <summary>The options of one handshake.</summary>
    /// <param name="problem">Told what is wrong with the server's certificate, before the handshake fails for it.</param>
    public SslClientAuthenticationOptions HandshakeOptions(SslStreamCertificateContext? clientCertificate, Action<string> problem) => new()
    {
        TargetHost = ServerName,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        CertificateChainPolicy = ChainPolicy(),
        ClientCertificateContext = clientCertificate,
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (skipVerification || (errors == SslPolicyErrors.None && CertificateProblem.NamesAnything((X509Certificate2)certificate!)))
            {
                return true;
            }

            problem(CertificateProblem.Explain(certificate as X509Certificate2, chain, errors, ServerName, authorities is not null));
            return false;
        },
    };

    private static ServerTrust For(ClusterEntry cluster, string name)
        => new(cluster.Authority is { } source ? ReadBundle(source) : null, name, cluster.SkipTlsVerify);

    private static string HostOf(Uri address) => address.IdnHost.Trim('[', ']');

    private X509ChainPolicy ChainPolicy()
    {
        // Neither revocation lists nor missing intermediates are fetched: kubectl does not, and either means
        // a connection to a third party that the user has not asked for.
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        if (authorities is not null || skipVerification)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities ?? []);
        }

        return policy;
    }

    private static X509Certificate2Collection ReadBundle(PemSource source)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPem(source.Read());
        }
        catch (CryptographicException e)
        {
            throw new ClusterException($"{source.Place}: not a bundle of PEM certificates: {e.Message}", inner: e);
        }

        return authorities.Count > 0 ? authorities : throw new ClusterException($"{source.Place}: holds no PEM certificate");
    }
}

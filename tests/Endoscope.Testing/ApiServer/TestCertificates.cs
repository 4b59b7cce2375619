using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Endoscope.Testing.ApiServer;

/// <summary>A certificate authority that lives as long as a test, and what it signs.</summary>
public sealed class TestCertificates : IDisposable
{
    private static readonly DateTimeOffset Beginning = DateTimeOffset.UtcNow.AddDays(-10);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="name">The common name of the authority.</param>
    public TestCertificates(string name = "test authority")
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        Authority = request.CreateSelfSigned(Beginning, Beginning.AddYears(10));
    }

    /// <summary>The authority's certificate, with its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The authority's certificate as PEM.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>A server's certificate for the given DNS names and IP addresses.</summary>
    /// <param name="validFor">How long it is valid, from ten days ago.</param>
    /// <param name="subject">The common name, which no client should care for.</param>
    public X509Certificate2 IssueServer(IReadOnlyList<string> names, TimeSpan? validFor = null, string subject = "test server")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={subject}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        if (names.Count > 0)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var issued = Sign(request, validFor);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A client's certificate and its key, both as PEM.</summary>
    public (string CertificatePem, string KeyPem) IssueClient(string user, bool rsa = false)
    {
        using AsymmetricAlgorithm key = rsa ? RSA.Create(2048) : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = key is RSA rsaKey
            ? new CertificateRequest($"CN={user}", rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={user}", (ECDsa)key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var issued = Sign(request, null);
        var keyPem = key is RSA ? ((RSA)key).ExportRSAPrivateKeyPem() : ((ECDsa)key).ExportECPrivateKeyPem();
        return (issued.ExportCertificatePem(), keyPem);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Authority.Dispose();
        key.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request, TimeSpan? validFor) => request.Create(
        Authority.SubjectName, X509SignatureGenerator.CreateForECDsa(key), Beginning, Beginning + (validFor ?? TimeSpan.FromDays(365)),
        RandomNumberGenerator.GetBytes(12));
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Endoscope.Kubernetes.Security;

/// <summary>Makes a client certificate usable for a handshake.</summary>
internal static class ClientCertificate
{
    /// <param name="certificatePem">The certificate, then any intermediates that the server has to be shown.</param>
    /// <param name="keyPem">An RSA or elliptic-curve key.</param>
    /// <param name="place">Where they come from, for messages.</param>
    public static SslStreamCertificateContext Load(string certificatePem, string keyPem, string place)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificatePem);
            if (all.Count == 0)
            {
                throw new ClusterException($"{place}: the client certificate holds no PEM certificate");
            }

            var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            all.RemoveAt(0);
            return SslStreamCertificateContext.Create(Persistable(certificate), all, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ClusterException($"{place}: the client certificate and its key cannot be used: {e.Message}", inner: e);
        }
    }

    /// <summary>The TLS libraries of Windows and macOS cannot use a key that lives in memory only.</summary>
    private static X509Certificate2 Persistable(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS())
        {
            return certificate;
        }

        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }
}

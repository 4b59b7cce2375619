using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Endoscope.Kubernetes.Security;

/// <summary>Says in one line what is wrong with a server's certificate.</summary>
internal static class CertificateProblem
{
    public static string Explain(
        X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string serverName, bool ownAuthority)
    {
        if (certificate is null)
        {
            return "the server sent no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return ExplainChain(certificate, chain, ownAuthority);
        }

        var names = Names(certificate);
        if (names.Count == 0)
        {
            return $"the server's certificate ({certificate.Subject}) names no host as its subject's alternative name, which is the only place that counts";
        }

        return $"the server's certificate is for {string.Join(", ", names)}, not for {serverName}";
    }

    /// <summary>Whether the certificate has alternative names. One that names its host only in the subject is for no host: RFC 9525, as kubectl has it.</summary>
    public static bool NamesAnything(X509Certificate2 certificate) => Names(certificate).Count > 0;

    private static string ExplainChain(X509Certificate2 certificate, X509Chain? chain, bool ownAuthority)
    {
        var found = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if ((found & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            return $"the server's certificate is signed by {certificate.Issuer}, which is not "
                + (ownAuthority ? "the certificate authority of the kubeconfig" : "an authority that this machine trusts");
        }

        if (found.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the server's certificate, or one that signs it, is not valid now: valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}");
        }

        return "the server's certificate does not hold: " + string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.Status));
    }

    private static List<string> Names(X509Certificate2 certificate)
    {
        try
        {
            var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList();
            return [.. names.SelectMany(name => name.EnumerateDnsNames()),
                .. names.SelectMany(name => name.EnumerateIPAddresses()).Select(address => address.ToString())];
        }
        catch (CryptographicException)
        {
            return [];
        }
    }
}

using System.Net.Security;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>Says who we are, to the server.</summary>
internal interface ICredentialSource
{
    /// <summary>The credentials to use now.</summary>
    ValueTask<Credentials> GetAsync(CancellationToken cancellationToken);

    /// <summary>Told that the server did not accept the credentials; false where asking again would give the same.</summary>
    bool Forget(Credentials refused);
}

/// <param name="Authorization">The Authorization header's value.</param>
/// <param name="Certificate">What to show in the TLS handshake.</param>
internal sealed record Credentials(string? Authorization, SslStreamCertificateContext? Certificate)
{
    public static string Bearer(string token) => $"Bearer {token}";
}

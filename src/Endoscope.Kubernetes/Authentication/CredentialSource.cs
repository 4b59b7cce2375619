using System.Net.Security;
using System.Text;
using Endoscope.Kubernetes.Configuration;
using Endoscope.Kubernetes.Security;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>Chooses the source of credentials that a user entry asks for.</summary>
internal static class CredentialSource
{
    public static ICredentialSource From(ConnectionPlan plan, ConnectionEnvironment environment)
    {
        var user = plan.User;
        if (user.AuthProvider is { } provider)
        {
            throw new ClusterException(
                $"{user.Place}: the user relies on the auth provider '{provider}', which kubectl has dropped too",
                hint: "use the provider's credential plugin (an exec entry), such as kubelogin, gke-gcloud-auth-plugin or kubectl oidc-login");
        }

        var hasToken = user.Token is not null || user.TokenFile is not null;
        if (hasToken && user.Username is not null)
        {
            throw new ClusterException($"{user.Place}: the user has both a token and a user name; only one can be sent");
        }

        var certificate = LoadCertificate(user);
        if (hasToken)
        {
            return user.TokenFile is { } file
                ? new TokenFileCredentials(file, user.Token, certificate, environment.Time)
                : new FixedCredentials(new Credentials(Credentials.Bearer(user.Token!), certificate));
        }

        return user.Exec is { } exec
            ? new PluginCredentials(new CredentialPlugin(exec, plan, environment), certificate, environment.Time)
            : new FixedCredentials(new Credentials(Basic(user), certificate));
    }

    private static string? Basic(UserEntry user) => user.Username is null
        ? null
        : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}"));

    private static SslStreamCertificateContext? LoadCertificate(UserEntry user) => (user.ClientCertificate, user.ClientKey) switch
    {
        (null, null) => null,
        ({ } certificate, { } key) => ClientCertificate.Load(certificate.Read(), key.Read(), user.Place),
        (null, _) => throw new ClusterException($"{user.Place}: the user has a client key but no client certificate"),
        _ => throw new ClusterException($"{user.Place}: the user has a client certificate but no client key"),
    };
}

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
        if (plan.Server.Scheme == "http")
        {
            // Secrets never travel in the clear; kubectl keeps them back as well.
            return new FixedCredentials(new Credentials(null, null));
        }

        if (user.AuthProvider is { } provider)
        {
            throw new ClusterException(
                $"{user.Place}: the auth provider '{provider}' is no longer built into clients", hint: RemovedAuthProvider.Successor(provider));
        }

        if (user.Username is not null && (user.Token is not null || user.TokenFile is not null))
        {
            throw new ClusterException($"{user.Place}: the user has both a token and a user name; only one can be sent");
        }

        var certificate = LoadCertificate(user);
        if (user.TokenFile is { } file)
        {
            return new TokenFileCredentials(file, user.Token, certificate, environment.Time);
        }

        // What the user entry says by itself makes a plugin needless.
        var authorization = user.Token is not null ? Credentials.Bearer(user.Token) : Basic(user);
        return user.Exec is { } exec && authorization is null && certificate is null
            ? new PluginCredentials(new CredentialPlugin(exec, plan, environment), environment.Time)
            : new FixedCredentials(new Credentials(authorization, certificate));
    }

    /// <summary>What is shown to the server, in words. Pure.</summary>
    public static string Describe(ConnectionPlan plan)
    {
        var user = plan.User;
        List<string> shown = plan.Server.Scheme == "http" ? [] :
        [
            .. user.TokenFile is { } file ? [$"the token in {file}"] : user.Token is not null ? ["a token"] : user.Username is { } name ? [$"the user name {name}"] : Array.Empty<string>(),
            .. user.ClientCertificate is not null ? ["a client certificate"] : Array.Empty<string>(),
        ];
        if (shown.Count == 0 && user.Exec is { } exec && plan.Server.Scheme == "https")
        {
            shown.Add($"the credential plugin '{exec.Command}'");
        }

        var whom = user.Impersonate.User is { } other ? $", acting as {other}" : "";
        var way = plan.Proxy is { } proxy ? $", through the proxy {proxy.Scheme}://{proxy.Authority}" : "";
        return (shown.Count == 0 ? "none" : string.Join(" and ", shown)) + whom + way;
    }

    private static string? Basic(UserEntry user) => user.Username is null
        ? null
        : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user.Username}:{user.Password}"));

    // A key without a certificate shows nothing to anybody.
    private static SslStreamCertificateContext? LoadCertificate(UserEntry user) => (user.ClientCertificate, user.ClientKey) switch
    {
        (null, _) => null,
        ({ } certificate, { } key) => ClientCertificate.Load(certificate.Read(), key.Read(), user.Place),
        _ => throw new ClusterException($"{user.Place}: the user has a client certificate but no client key"),
    };
}

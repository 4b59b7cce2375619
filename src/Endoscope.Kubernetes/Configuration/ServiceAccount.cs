namespace Endoscope.Kubernetes.Configuration;

/// <summary>The connection of a program that runs in a pod of the cluster.</summary>
internal static class ServiceAccount
{
    /// <summary>The plan, or null where this is not a pod with a service account.</summary>
    public static ConnectionPlan? Plan(ConnectionEnvironment environment)
    {
        var token = Path.Combine(environment.ServiceAccountDirectory, "token");
        if (environment.Variable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || environment.Variable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port
            || !File.Exists(token))
        {
            return null;
        }

        var place = environment.ServiceAccountDirectory;
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        if (!Uri.TryCreate($"https://{address}:{port}", UriKind.Absolute, out var server))
        {
            throw new ClusterException($"KUBERNETES_SERVICE_HOST and _PORT are not an address: '{host}', '{port}'");
        }

        var authority = Path.Combine(place, "ca.crt");
        return new ConnectionPlan(
            "in-cluster", server, ReadNamespace(place),
            new ClusterEntry
            {
                Place = place,
                Authority = File.Exists(authority) ? new PemSource(place, null, authority) : null,
            },
            new UserEntry { Place = place, TokenFile = token });
    }

    private static string ReadNamespace(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "namespace")).Trim() is { Length: > 0 } text ? text : "default";
        }
        catch (IOException)
        {
            return "default";
        }
    }
}

using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests;

/// <summary>Shortens a test's way to a cluster.</summary>
internal static class Connecting
{
    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The surroundings of a user with the given variables and an empty home.</summary>
    public static ConnectionEnvironment Surroundings(params IReadOnlyList<(string Name, string Value)> variables) => new()
    {
        Variable = name => variables.FirstOrDefault(variable => variable.Name == name).Value,
        HomeDirectory = "/nonexistent",
        InputIsTerminal = () => false,
    };

    /// <summary>Connects with a kubeconfig of the server's.</summary>
    public static Cluster Connect(this TestApiServer server, string user = "token: test-token", string cluster = "", string? host = null, string? ca = null)
        => Cluster.Connect(new ConnectionOptions { Kubeconfig = server.WriteKubeconfig(user, cluster, host, ca) }, Surroundings());

    /// <summary>Reads a stream to its end.</summary>
    public static async Task<byte[]> ReadAllAsync(this Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all, Cancelled);
        return all.ToArray();
    }

    /// <summary>Runs a command in the pod <c>web</c>'s only container.</summary>
    public static Task<IExecSession> ExecAsync(this Cluster cluster, params IReadOnlyList<string> command)
        => cluster.Api.ExecAsync("default", "web", "app", command, Cancelled);
}

namespace Endoscope.Kubernetes;

/// <summary>The surroundings of the process that a connection depends on, as values, so that a test can make its own.</summary>
public sealed record ConnectionEnvironment
{
    /// <summary>Looks up an environment variable; null where it is not set.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>The user's home, which holds <c>.kube/config</c>.</summary>
    public required string HomeDirectory { get; init; }

    /// <summary>Where the kubelet mounts a pod's service account.</summary>
    public string ServiceAccountDirectory { get; init; } = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Whether a person at a terminal can answer a credential plugin's questions on standard input.</summary>
    public Func<bool> InputIsTerminal { get; init; } = () => !Console.IsInputRedirected;

    /// <summary>The source of time for back-off, credential expiry and keep-alive.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long a credential plugin may take when no one can be asked anything.</summary>
    public TimeSpan PluginTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether nothing else in this process verifies certificates, so that the machine's trusted roots need not be read
    /// where the kubeconfig has an authority of its own.
    /// </summary>
    public bool OwnsTrust { get; init; }

    /// <summary>The surroundings of this process.</summary>
    public static ConnectionEnvironment Current { get; } = new()
    {
        Variable = Environment.GetEnvironmentVariable,
        HomeDirectory = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        OwnsTrust = true,
    };
}

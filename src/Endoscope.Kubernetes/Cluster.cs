using Endoscope.Kubernetes.Authentication;
using Endoscope.Kubernetes.Configuration;
using Endoscope.Kubernetes.Rest;
using Endoscope.Kubernetes.Security;

namespace Endoscope.Kubernetes;

/// <summary>A cluster to talk to: the API, and what the kubeconfig says of it.</summary>
public sealed class Cluster : IDisposable
{
    private readonly ApiTransport transport;

    private Cluster(ConnectionPlan plan, ApiTransport transport)
    {
        this.transport = transport;
        Api = new ClusterApi(transport);
        ContextName = plan.ContextName;
        Contexts = plan.Contexts;
        DefaultNamespace = plan.DefaultNamespace;
        Server = plan.Server;
        ConfigFiles = plan.Files;
        UserKind = CredentialSource.Describe(plan);
        Warnings = plan.Cluster.SkipTlsVerify && plan.Server.Scheme == "https"
            ? [$"warning: the certificate of {plan.Server.Authority} is not verified (insecure-skip-tls-verify): whoever is on the way can read and change everything"]
            : [];
    }

    /// <summary>The API server.</summary>
    public IClusterApi Api { get; }

    /// <summary>The kubeconfig context in use; empty where there is none.</summary>
    public string ContextName { get; }

    /// <summary>The contexts that the kubeconfig has, in no order.</summary>
    public IReadOnlyList<string> Contexts { get; }

    /// <summary>The namespace of the context, else <c>default</c>.</summary>
    public string DefaultNamespace { get; }

    /// <summary>The API server's address.</summary>
    public Uri Server { get; }

    /// <summary>The kubeconfig files in use; none in a pod.</summary>
    public IReadOnlyList<string> ConfigFiles { get; }

    /// <summary>What the user shows the server, such as <c>a token</c> or <c>the credential plugin 'x'</c>.</summary>
    public string UserKind { get; }

    /// <summary>What the user should be told before anything is sent.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>
    /// Reads the kubeconfig and the files that it names. The network is first used by the first call to <see cref="Api"/>.
    /// </summary>
    /// <exception cref="ClusterException">The kubeconfig cannot be read or makes no sense.</exception>
    public static Cluster Connect(ConnectionOptions options, ConnectionEnvironment environment)
    {
        var plan = ConnectionPlan.Plan(options, environment);
        if (environment.OwnsTrust && plan.NeedsNoSystemRoots)
        {
            SystemRoots.Skip();
        }

        return new Cluster(plan, new ApiTransport(plan, CredentialSource.From(plan, environment), environment.Time));
    }

    /// <inheritdoc/>
    public void Dispose() => transport.Dispose();
}

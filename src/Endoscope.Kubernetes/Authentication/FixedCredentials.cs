namespace Endoscope.Kubernetes.Authentication;

/// <summary>Credentials that stand in the kubeconfig or on the command line.</summary>
internal sealed class FixedCredentials(Credentials credentials) : ICredentialSource
{
    public ValueTask<Credentials> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credentials);

    public bool Forget(Credentials refused) => false;
}

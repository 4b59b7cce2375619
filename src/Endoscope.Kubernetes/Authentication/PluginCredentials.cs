using Endoscope.Kubernetes.Security;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>Credentials that a plugin hands out; it runs when they are first needed, when they expire and when the server refuses them.</summary>
internal sealed class PluginCredentials(CredentialPlugin plugin, TimeProvider time) : ICredentialSource
{
    private readonly Lock gate = new();

    // The run under way or done, shared by requests that start together.
    private Task<Issued>? run;

    public async ValueTask<Credentials> GetAsync(CancellationToken cancellationToken)
    {
        Task<Issued> shared;
        lock (gate)
        {
            if (run is null || run.IsFaulted || run.IsCanceled || IsExpired(run))
            {
                run = RunAsync(cancellationToken);
            }

            shared = run;
        }

        return (await shared).Credentials;
    }

    public bool Forget(Credentials refused)
    {
        lock (gate)
        {
            if (run is { IsCompletedSuccessfully: true } && ReferenceEquals(run.Result.Credentials, refused))
            {
                run = null;
            }

            return true;
        }
    }

    private async Task<Issued> RunAsync(CancellationToken cancellationToken)
    {
        var result = await plugin.RunAsync(cancellationToken);
        return new Issued(
            new Credentials(
                result.Token is null ? null : Credentials.Bearer(result.Token),
                result.CertificatePem is null ? null : ClientCertificate.Load(result.CertificatePem, result.KeyPem!, plugin.Place)),
            result.Expires);
    }

    private bool IsExpired(Task<Issued> run) => run.IsCompletedSuccessfully && run.Result.Expires is { } end && time.GetUtcNow() >= end;

    private sealed record Issued(Credentials Credentials, DateTimeOffset? Expires);
}

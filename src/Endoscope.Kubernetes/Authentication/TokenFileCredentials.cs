using System.Net.Security;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>A token in a file that someone else renews, such as the kubelet in a pod.</summary>
internal sealed class TokenFileCredentials(string file, string? fallback, SslStreamCertificateContext? certificate, TimeProvider time)
    : ICredentialSource
{
    // The age at which client-go reads the file again.
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Credentials? current;
    private long readAt;

    public ValueTask<Credentials> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (current is null || time.GetElapsedTime(readAt) >= MaxAge)
            {
                current = new Credentials(Credentials.Bearer(Read()), certificate);
                readAt = time.GetTimestamp();
            }

            return ValueTask.FromResult(current);
        }
    }

    public bool Forget(Credentials refused)
    {
        lock (gate)
        {
            current = ReferenceEquals(current, refused) ? null : current;
            return true;
        }
    }

    private string Read()
    {
        try
        {
            if (File.ReadAllText(file).Trim() is { Length: > 0 } token)
            {
                return token;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return fallback ?? throw new ClusterException($"cannot read the token file {file}: {e.Message}", inner: e);
        }

        return fallback ?? throw new ClusterException($"the token file {file} is empty");
    }
}

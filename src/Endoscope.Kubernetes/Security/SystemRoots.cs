using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Endoscope.Kubernetes.Security;

/// <summary>
/// Keeps the runtime from reading the machine's trusted roots. On Linux it parses all of them, some hundred files, before it verifies any
/// chain and before it presents a client certificate, even where only a kubeconfig's own authority counts. That takes 60 ms and more,
/// as long as the rest of a command; the only way to tell it that there are none is the environment that OpenSSL reads.
/// </summary>
internal static partial class SystemRoots
{
    private const string Nowhere = "/nonexistent";

    private static readonly string[] Variables = ["SSL_CERT_DIR", "SSL_CERT_FILE"];

    /// <summary>From now on this process trusts no root of the machine's. The environment is as before when it returns.</summary>
    public static void Skip()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var before = Variables.Select(Environment.GetEnvironmentVariable).ToArray();
        try
        {
            Array.ForEach(Variables, name => Set(name, Nowhere));

            // The runtime reads the roots once, at the first use of the store, and remembers what it found.
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine);
            store.Open(OpenFlags.ReadOnly);
            _ = store.Certificates;
        }
        catch (CryptographicException)
        {
            // Then they are read later, and all that is lost is time.
        }
        finally
        {
            for (var i = 0; i < Variables.Length; i++)
            {
                Set(Variables[i], before[i]);
            }
        }
    }

    private static void Set(string name, string? value)
    {
        // The managed environment is a copy that OpenSSL does not see.
        _ = value is null ? UnsetVariable(name) : SetVariable(name, value, 1);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetVariable(string name);
}

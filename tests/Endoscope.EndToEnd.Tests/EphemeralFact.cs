using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A test that needs a cluster with ephemeral containers and Pod Security; skipped, and said so, elsewhere.</summary>
public sealed class EphemeralFactAttribute : FactAttribute
{
    public EphemeralFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = ServerVersion.SkipEphemeral;
        SkipType = typeof(ServerVersion);
        SkipUnless = nameof(ServerVersion.HasEphemeralContainers);
        Timeout = 180_000;
    }
}

/// <inheritdoc cref="EphemeralFactAttribute"/>
public sealed class EphemeralTheoryAttribute : TheoryAttribute
{
    public EphemeralTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = ServerVersion.SkipEphemeral;
        SkipType = typeof(ServerVersion);
        SkipUnless = nameof(ServerVersion.HasEphemeralContainers);
        Timeout = 180_000;
    }
}

/// <summary>What the cluster's version allows to test.</summary>
public static class ServerVersion
{
    /// <summary>Why tests of ephemeral containers do not run.</summary>
    public const string SkipEphemeral = "no cluster of Kubernetes 1.25 or later, which has ephemeral containers and Pod Security (KUBECONFIG names one)";

    private static readonly Lazy<int> Minor = new(ReadMinor);

    /// <summary>Whether the cluster has ephemeral containers and Pod Security, both there to stay since 1.25.</summary>
    public static bool HasEphemeralContainers => Cluster.IsThere && Minor.Value >= 25;

    /// <summary>Whether a pod can have a user namespace without any feature gate.</summary>
    public static bool HasUserNamespaces => Cluster.IsThere && Minor.Value >= 33;

    private static int ReadMinor()
    {
        using var kubectl = Process.Start(new ProcessStartInfo("kubectl", ["get", "--raw", "/version"]) { RedirectStandardOutput = true })!;
        var version = JsonDocument.Parse(kubectl.StandardOutput.ReadToEnd()).RootElement;
        return int.Parse(version.GetProperty("minor").GetString()!.TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture);
    }
}

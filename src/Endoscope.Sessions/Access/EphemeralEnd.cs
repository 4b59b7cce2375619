using Endoscope.Kubernetes;

namespace Endoscope.Sessions.Access;

/// <summary>Ends what can be ended of an ephemeral container: its process.</summary>
internal static class EphemeralEnd
{
    /// <summary>Asks the waiting agent to end, and its tools with it. Returns when it has been asked.</summary>
    /// <exception cref="ClusterException">It could not be asked.</exception>
    public static async Task EndAsync(IClusterApi api, string ns, string pod, string container, CancellationToken cancellationToken)
    {
        await using var exec = await api.ExecAsync(ns, pod, container, [DebugPodPlan.AgentPath, "end"], cancellationToken);
        await exec.Output.CopyToAsync(Stream.Null, cancellationToken);
    }
}

using System.Net;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>Where a pod is to be found on the network.</summary>
/// <param name="Node">Its node's name, or null while it has none.</param>
/// <param name="NodeAddress">Its node's address, or null while that is not known.</param>
/// <param name="Address">Its own address, or null while it has none.</param>
/// <param name="Trouble">Why it has no address; text of the cluster.</param>
/// <param name="IsFinished">Whether it has ended for good.</param>
public sealed record PodPlace(string Namespace, string Name, string? Node, IPAddress? NodeAddress, IPAddress? Address, string? Trouble, bool IsFinished)
{
    /// <summary>Asks where one pod is.</summary>
    /// <exception cref="SessionException">There is no such pod.</exception>
    public static async Task<PodPlace> FindAsync(IClusterApi api, string ns, string name, CancellationToken cancellationToken) =>
        Of(await TargetResolver.ReadPodAsync(api, ns, name, cancellationToken));

    internal static PodPlace Of(V1Pod pod)
    {
        var finished = DebugPodFit.IsFinished(pod);
        var address = IPAddress.TryParse(pod.Status?.PodIP, out var parsed) && !finished ? parsed : null;
        return new PodPlace(
            pod.Namespace(),
            pod.Name(),
            pod.Spec.NodeName,
            IPAddress.TryParse(pod.Status?.HostIP, out var node) ? node : null,
            address,
            address is null ? Why(pod, finished) : null,
            finished);
    }

    private static string Why(V1Pod pod, bool finished)
    {
        var phase = pod.Status?.Phase ?? "Pending";
        var waiting = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.State?.Waiting?.Reason is not null)?.State.Waiting.Reason;
        return (finished, pod.Spec.NodeName) switch
        {
            (true, _) => $"finished ({phase})",
            (_, null or "") => $"{phase}, on no node",
            _ => waiting ?? phase,
        };
    }
}

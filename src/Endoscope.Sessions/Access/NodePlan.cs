using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>Whether a node can run a debug pod. Pure.</summary>
public static class NodePlan
{
    /// <summary>Throws where it cannot.</summary>
    /// <exception cref="SessionException">The node is virtual, not Linux, or does not answer.</exception>
    public static void RefuseUnfit(V1Node node, string pod)
    {
        if (IsVirtual(node))
        {
            throw new SessionException(
                $"pod {pod} is on the virtual node {node.Name()}, which has no place for a debug pod beside it",
                "--mode ephemeral puts an ephemeral container into the pod, where the provider supports that");
        }

        if (Label(node, "kubernetes.io/os") is { } os && os != "linux")
        {
            throw new SessionException($"pod {pod} is on node {node.Name()}, which runs {os}: Endoscope's tools are Linux programs");
        }

        if (node.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "Ready") is { } ready && ready.Status != "True")
        {
            throw new SessionException(
                $"node {node.Name()} of pod {pod} is not ready ({ready.Reason}: {ready.Message}): nothing can be started there",
                $"kubectl describe node {node.Name()} tells more");
        }
    }

    private static bool IsVirtual(V1Node node) =>
        Label(node, "type") == "virtual-kubelet"
        || Label(node, "eks.amazonaws.com/compute-type") == "fargate"
        || node.Spec?.Taints?.Any(taint => taint.Key == "virtual-kubelet.io/provider") == true;

    private static string? Label(V1Node node, string name) =>
        node.Metadata.Labels is { } labels && labels.TryGetValue(name, out var value) ? value : null;
}

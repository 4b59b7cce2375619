using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Capture;

/// <summary>Something whose packets can be captured.</summary>
/// <param name="Target">As <c>-p</c> takes it: <c>web-0</c>, <c>deploy/web</c>.</param>
/// <param name="Text">The same for people, with what helps to choose.</param>
public sealed record PodChoice(string Target, string Text);

/// <summary>The pods of a namespace, and the workloads that they belong to, to choose from. Our own debug pods are not among them.</summary>
public static class PodChoices
{
    private const string TemplateHash = "pod-template-hash";

    /// <summary>Asks the cluster for them: workloads first, each group by name.</summary>
    public static async Task<IReadOnlyList<PodChoice>> ListAsync(IClusterApi api, string ns, CancellationToken cancellationToken) =>
        Plan((await api.ListPodsAsync(ns, SelectedPods.NotOurs, null, cancellationToken)).Items ?? []);

    /// <summary>What there is to choose from among these pods. Pure.</summary>
    public static IReadOnlyList<PodChoice> Plan(IEnumerable<V1Pod> pods)
    {
        var alive = pods.Where(pod => !DebugPodFit.IsFinished(pod)).OrderBy(pod => pod.Name(), StringComparer.Ordinal).ToList();
        var workloads = alive.Select(Workload).OfType<string>().CountBy(name => name).OrderBy(one => one.Key, StringComparer.Ordinal);
        return
        [
            .. workloads.Select(one => new PodChoice(one.Key, one.Value == 1 ? $"{one.Key} (1 pod)" : $"{one.Key} ({one.Value} pods)")),
            .. alive.Select(pod => new PodChoice(pod.Name(), pod.Status?.Phase is "Running" or null ? pod.Name() : $"{pod.Name()} ({pod.Status.Phase})")),
        ];
    }

    private static string? Workload(V1Pod pod) => pod.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true) is not { } owner
        ? null
        : owner.Kind switch
        {
            // A Deployment's ReplicaSet is named after it and the hash of its template.
            "ReplicaSet" when pod.GetLabel(TemplateHash) is { } hash && owner.Name.EndsWith("-" + hash, StringComparison.Ordinal)
                => $"deploy/{owner.Name[..^(hash.Length + 1)]}",
            "ReplicaSet" => $"rs/{owner.Name}",
            "StatefulSet" => $"sts/{owner.Name}",
            "DaemonSet" => $"ds/{owner.Name}",
            "Job" => $"job/{owner.Name}",
            _ => null,
        };
}

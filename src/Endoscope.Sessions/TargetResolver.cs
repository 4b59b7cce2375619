using System.Net;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>Finds the pod that a user's reference means.</summary>
public sealed class TargetResolver(IClusterApi api)
{
    /// <summary>Resolves a reference with one request for a pod, two for a workload.</summary>
    /// <inheritdoc cref="TargetPlan.Resolve" path="/param"/>
    /// <exception cref="SessionException">There is no such pod, or none that can be looked into.</exception>
    public async Task<Target> ResolveAsync(
        string ns, TargetReference reference, string? containerName, bool anyContainerWillDo, CancellationToken cancellationToken)
    {
        var pod = reference.Kind is null
            ? await ReadPodAsync(api, ns, reference.Name, cancellationToken)
            : await ChoosePodAsync(ns, reference.Kind, reference.Name, cancellationToken);
        var target = TargetPlan.Resolve(pod, containerName, anyContainerWillDo);
        return reference.Kind is null ? target : target with { Notes = [$"using pod {target.Pod} of {reference.Kind} {reference.Name}", .. target.Notes] };
    }

    internal static async Task<V1Pod> ReadPodAsync(IClusterApi api, string ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await api.ReadPodAsync(ns, name, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw new SessionException($"there is no pod '{name}' in namespace '{ns}'", $"kubectl get pods -n {ns} lists them; -n names another namespace", e);
        }
    }

    /// <summary>The selector of a workload's pods.</summary>
    /// <exception cref="SessionException">There is no such workload.</exception>
    public async Task<string> SelectorOfAsync(string ns, string kind, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await api.ReadPodSelectorAsync(ns, kind, name, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.NotFound)
        {
            throw new SessionException($"there is no {kind} '{name}' in namespace '{ns}'", $"kubectl get {kind} -n {ns} lists them", e);
        }
    }

    private async Task<V1Pod> ChoosePodAsync(string ns, string kind, string name, CancellationToken cancellationToken)
    {
        var selector = await SelectorOfAsync(ns, kind, name, cancellationToken);
        var pods = (await api.ListPodsAsync(ns, selector, null, cancellationToken)).Items;
        return pods.OrderByDescending(IsReady).ThenByDescending(pod => pod.Status?.Phase == "Running").ThenBy(pod => pod.Name(), StringComparer.Ordinal)
            .FirstOrDefault() ?? throw new SessionException($"{kind} {name} in namespace {ns} has no pods");
    }

    private static bool IsReady(V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && pod.Status?.Conditions?.Any(condition => condition.Type == "Ready" && condition.Status == "True") == true;
}

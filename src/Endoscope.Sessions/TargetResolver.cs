using System.Net;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions;

/// <summary>Finds the pod that a user's reference means.</summary>
public sealed class TargetResolver(IClusterApi api)
{
    private static readonly TimeSpan TimeToSuggest = TimeSpan.FromSeconds(3);

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
            throw new SessionException($"there is no pod '{name}' in namespace '{ns}'", await HintAsync(api, ns, name, cancellationToken), e);
        }
    }

    // What else was meant; only a help, so that a user who may not list pods, or a slow server, does without.
    private static async Task<string> HintAsync(IClusterApi api, string ns, string name, CancellationToken cancellationToken)
    {
        var lists = $"kubectl get pods -n {ns} lists them; -n names another namespace";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeToSuggest);
        try
        {
            var pods = (await api.ListPodsAsync(ns, PodFollower.NotOurs, null, limit.Token)).Items;
            return pods.Count == 0
                ? "there is no pod at all in that namespace, if there is such a namespace: -n names another"
                : CloseNames.Question(CloseNames.Of(name, pods.Select(pod => pod.Name()))) is { } question ? $"{question} {lists}" : lists;
        }
        catch (Exception e) when (e is ClusterException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return lists;
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

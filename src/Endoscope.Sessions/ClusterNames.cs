using Endoscope.Kubernetes;

namespace Endoscope.Sessions;

/// <summary>The names that a user may want to write: no more of the things than that is fetched.</summary>
public sealed class ClusterNames(IClusterApi api)
{
    /// <summary>The namespaces.</summary>
    public Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellationToken) => api.ListNamesAsync(null, "namespaces", null, cancellationToken);

    /// <summary>The names of a namespace that a target may have: pods but our own, or after <c>deploy/</c> those of its kind.</summary>
    /// <param name="begun">What is written of the name.</param>
    public async Task<IReadOnlyList<string>> TargetsAsync(string ns, string begun, CancellationToken cancellationToken)
    {
        var slash = begun.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || TargetReference.Parse(begun) is not { } reference)
        {
            return slash < 0 ? await PodsAsync(ns, cancellationToken) : [];
        }

        var names = reference.Kind is { } kind ? await api.ListNamesAsync(ns, kind + "s", null, cancellationToken) : await PodsAsync(ns, cancellationToken);
        return [.. names.Select(name => begun[..(slash + 1)] + name)];
    }

    /// <summary>The containers of a pod.</summary>
    public async Task<IReadOnlyList<string>> ContainersAsync(string ns, TargetReference target, CancellationToken cancellationToken)
    {
        var pod = target.Kind is null
            ? await api.ReadPodAsync(ns, target.Name, cancellationToken)
            : (await api.ListPodsAsync(ns, await api.ReadPodSelectorAsync(ns, target.Kind, target.Name, cancellationToken), null, cancellationToken)).Items.FirstOrDefault();
        return [.. (pod?.Spec.InitContainers ?? []).Concat(pod?.Spec.Containers ?? []).Select(container => container.Name)];
    }

    private Task<IReadOnlyList<string>> PodsAsync(string ns, CancellationToken cancellationToken) =>
        api.ListNamesAsync(ns, "pods", Access.DebugPodPlan.SelectorOfOthers, cancellationToken);
}

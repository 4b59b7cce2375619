using System.Text.Json;
using k8s.Models;

namespace Endoscope.Kubernetes;

/// <summary>
/// All that Endoscope asks of an API server. Every method throws <see cref="ClusterException"/> or one of its kinds;
/// names are checked before any request is made.
/// </summary>
public interface IClusterApi
{
    /// <summary>Reads one pod.</summary>
    Task<V1Pod> ReadPodAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>Lists pods; a null namespace means all of them, null selectors mean no restriction. Follows <c>continue</c>.</summary>
    Task<V1PodList> ListPodsAsync(string? ns, string? labelSelector, string? fieldSelector, CancellationToken cancellationToken);

    /// <summary>
    /// Lists, then watches: first an Added for each pod there is and one <see cref="PodChangeKind.Synced"/>, then each change. Survives
    /// disconnects, expired resource versions and restarts of the server; ends only by cancellation or an error that cannot pass.
    /// </summary>
    IAsyncEnumerable<PodChange> WatchPodsAsync(string? ns, string? labelSelector, string? fieldSelector, CancellationToken cancellationToken);

    /// <summary>Creates a pod, or only has the server check it.</summary>
    Task<V1Pod> CreatePodAsync(V1Pod pod, bool dryRun, CancellationToken cancellationToken);

    /// <summary>Adds an ephemeral container to exactly the pod with this UID, or only has the server check it. It can never be removed again.</summary>
    /// <returns>The pod, with the container in its spec.</returns>
    Task<V1Pod> AddEphemeralContainerAsync(string ns, string pod, string uid, V1EphemeralContainer container, bool dryRun, CancellationToken cancellationToken);

    /// <summary>Deletes exactly the pod with this UID; false where there is none any more.</summary>
    /// <param name="gracePeriod">How long the containers may take to end; null for the pod's own.</param>
    Task<bool> DeletePodAsync(string ns, string name, string uid, TimeSpan? gracePeriod, CancellationToken cancellationToken);

    /// <summary>The events about one object, newest last.</summary>
    Task<IReadOnlyList<Corev1Event>> ListEventsAsync(string ns, string involvedUid, CancellationToken cancellationToken);

    /// <summary>Reads one node.</summary>
    Task<V1Node> ReadNodeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Whether a secret is there; null where the user may not know.</summary>
    Task<bool?> SecretExistsAsync(string ns, string name, CancellationToken cancellationToken);

    /// <summary>
    /// The label selector of a workload's pods, in the API's text form.
    /// </summary>
    /// <param name="kind"><c>deployment</c>, <c>statefulset</c>, <c>daemonset</c>, <c>replicaset</c>, <c>job</c> or <c>service</c>.</param>
    Task<string> ReadPodSelectorAsync(string ns, string kind, string name, CancellationToken cancellationToken);

    /// <summary>The name the server knows the user by; null where it does not tell (it does from 1.28 on).</summary>
    Task<string?> WhoAmIAsync(CancellationToken cancellationToken);

    /// <summary>The server's version, such as <c>v1.36.2</c>.</summary>
    Task<string> ReadServerVersionAsync(CancellationToken cancellationToken);

    /// <summary>Whether the user may do something; changes nothing.</summary>
    Task<bool> MayAsync(AccessQuestion question, CancellationToken cancellationToken);

    /// <summary>All nodes.</summary>
    Task<IReadOnlyList<V1Node>> ListNodesAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The addresses of pods, Services and nodes with their names, as far as the user may list them: of the whole cluster, else of the namespace.
    /// </summary>
    Task<IReadOnlyList<NamedAddress>> ListNamedAddressesAsync(string ns, CancellationToken cancellationToken);

    /// <summary>Reads an object of any kind; null where there is none.</summary>
    Task<JsonElement?> FindAsync(ObjectReference reference, CancellationToken cancellationToken);

    /// <summary>
    /// Makes an object what its manifest says, by server-side apply as <c>scope</c>: what the manifest does not mention stays as it is. Another's
    /// change of what it does mention is not overwritten but a conflict, an <see cref="ApiStatusException"/>.
    /// </summary>
    /// <param name="manifest">The object as JSON.</param>
    Task<ApplyOutcome> ApplyAsync(ObjectReference reference, ReadOnlyMemory<byte> manifest, CancellationToken cancellationToken);

    /// <summary>The names of things, at most a thousand; of those alone, so that little is sent.</summary>
    /// <param name="ns">Their namespace; null for what is in none.</param>
    /// <param name="resource">The plural resource: <c>namespaces</c>, or something that is or has pods, such as <c>deployments</c>.</param>
    /// <param name="labelSelector">Which; null for all.</param>
    Task<IReadOnlyList<string>> ListNamesAsync(string? ns, string resource, string? labelSelector, CancellationToken cancellationToken);

    /// <summary>Runs a command in a container, with stdin, stdout and stderr, no terminal.</summary>
    Task<IExecSession> ExecAsync(string ns, string pod, string container, IReadOnlyList<string> command, CancellationToken cancellationToken);
}

/// <summary>Something that the user may be allowed to do.</summary>
/// <param name="Verb">The verb, such as <c>create</c>.</param>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural resource.</param>
/// <param name="Subresource">What of it, or null.</param>
/// <param name="Namespace">Where; null for the whole cluster.</param>
public sealed record AccessQuestion(string Verb, string Group, string Resource, string? Subresource, string? Namespace);

/// <summary>An object of any kind, of version v1.</summary>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural resource.</param>
/// <param name="Namespace">Where it is; null for what is in no namespace.</param>
public sealed record ObjectReference(string Group, string Resource, string? Namespace, string Name);

/// <summary>What an apply did.</summary>
public enum ApplyOutcome
{
    /// <summary>There was none.</summary>
    Created,

    /// <summary>It was another.</summary>
    Changed,

    /// <summary>It was that already.</summary>
    Unchanged,
}

/// <summary>An address and what has it: <c>web-0.shop.pod</c>, <c>db.shop.svc</c>, or a node's name.</summary>
public sealed record NamedAddress(System.Net.IPAddress Address, string Name);

/// <summary>One step of a watch.</summary>
/// <param name="Pod">The pod as it is now, or was last; null for <see cref="PodChangeKind.Synced"/>.</param>
public sealed record PodChange(PodChangeKind Kind, V1Pod? Pod);

/// <summary>What happened to a pod.</summary>
public enum PodChangeKind
{
    /// <summary>It is there.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,

    /// <summary>All pods that were there at the start have been told.</summary>
    Synced,
}

using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Endoscope.Kubernetes.Exec;
using Endoscope.Kubernetes.Rest;
using k8s.Models;

namespace Endoscope.Kubernetes;

/// <summary>The API server, over one transport.</summary>
internal sealed class ClusterApi(ApiTransport transport) : IClusterApi
{
    public Task<V1Pod> ReadPodAsync(string ns, string name, CancellationToken cancellationToken)
        => transport.SendAsync(Get(ns, "pods", ObjectName.Subdomain(name, "pod")), ModelJson.Default.V1Pod, cancellationToken);

    public Task<V1PodList> ListPodsAsync(string? ns, string? labelSelector, string? fieldSelector, CancellationToken cancellationToken)
        => new PodQuery(ns, labelSelector, fieldSelector).ListAsync(transport, cancellationToken);

    public IAsyncEnumerable<PodChange> WatchPodsAsync(
        string? ns, string? labelSelector, string? fieldSelector, CancellationToken cancellationToken)
        => new PodWatch(transport, new PodQuery(ns, labelSelector, fieldSelector)).RunAsync(cancellationToken);

    public Task<V1Pod> CreatePodAsync(V1Pod pod, bool dryRun, CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            Method = HttpMethod.Post,
            Verb = "create",
            Namespace = ObjectName.Label(pod.Metadata.NamespaceProperty ?? "", "namespace"),
            Resource = "pods",
            Query = [new("dryRun", dryRun ? "All" : null)],
            Body = PodJson.Serialize(pod),
        };
        ObjectName.Subdomain(pod.Metadata.Name ?? "", "pod");
        return transport.SendAsync(request, ModelJson.Default.V1Pod, cancellationToken);
    }

    public Task<V1Pod> AddEphemeralContainerAsync(
        string ns, string pod, string uid, V1EphemeralContainer container, bool dryRun, CancellationToken cancellationToken)
    {
        // The list's strategy is to merge by name, so what others add meanwhile stays; the UID is a precondition.
        var patch = new V1Pod
        {
            Metadata = new V1ObjectMeta { Uid = uid },
            Spec = new V1PodSpec { EphemeralContainers = [container] },
        };
        var request = Get(ns, "pods", ObjectName.Subdomain(pod, "pod")) with
        {
            Method = HttpMethod.Patch,
            Verb = "patch",
            Subresource = "ephemeralcontainers",
            Query = [new("dryRun", dryRun ? "All" : null)],
            Body = PodJson.Serialize(patch),
            BodyType = "application/strategic-merge-patch+json",
        };
        return transport.SendAsync(request, ModelJson.Default.V1Pod, cancellationToken);
    }

    public async Task<bool> DeletePodAsync(
        string ns, string name, string uid, TimeSpan? gracePeriod, CancellationToken cancellationToken)
    {
        var options = new V1DeleteOptions
        {
            ApiVersion = "v1",
            Kind = "DeleteOptions",
            GracePeriodSeconds = (long?)gracePeriod?.TotalSeconds,
            Preconditions = new V1Preconditions { Uid = uid },
        };
        var request = Get(ns, "pods", ObjectName.Subdomain(name, "pod")) with
        {
            Method = HttpMethod.Delete,
            Verb = "delete",
            Body = JsonSerializer.SerializeToUtf8Bytes(options, ModelJson.Default.V1DeleteOptions),
        };
        try
        {
            using var response = await transport.SendAsync(request, cancellationToken);
            return true;
        }
        catch (ApiStatusException e) when (e.Code is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // A conflict is the precondition: the name belongs to another pod by now.
            return false;
        }
    }

    public async Task<IReadOnlyList<Corev1Event>> ListEventsAsync(string ns, string involvedUid, CancellationToken cancellationToken)
    {
        var request = Get(ns, "events", null) with
        {
            Verb = "list",
            Query = [new("fieldSelector", $"involvedObject.uid={involvedUid}"), new("limit", "500")],
        };
        var list = await transport.SendAsync(request, ModelJson.Default.Corev1EventList, cancellationToken);
        return (list.Items ?? []).OrderBy(Time).ToList();

        static DateTime? Time(Corev1Event item) => item.LastTimestamp ?? item.EventTime ?? item.FirstTimestamp ?? item.Metadata?.CreationTimestamp;
    }

    public Task<V1Node> ReadNodeAsync(string name, CancellationToken cancellationToken)
        => transport.SendAsync(Get(null, "nodes", ObjectName.Subdomain(name, "node")), ModelJson.Default.V1Node, cancellationToken);

    public async Task<bool?> SecretExistsAsync(string ns, string name, CancellationToken cancellationToken)
    {
        // Metadata alone: the secret itself never travels.
        var request = Get(ns, "secrets", ObjectName.Subdomain(name, "secret")) with
        {
            Accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        };
        try
        {
            using var response = await transport.SendAsync(request, cancellationToken);
            return true;
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return false;
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    public async Task<string> ReadPodSelectorAsync(string ns, string kind, string name, CancellationToken cancellationToken)
    {
        var resource = kind is "deployment" or "statefulset" or "daemonset" or "replicaset" or "job" or "service"
            ? kind + "s"
            : throw new ClusterException($"'{kind}' is not a kind of workload that selects pods");
        var request = Get(ns, resource, ObjectName.Subdomain(name, kind)) with { Group = GroupOf(resource) };
        var workload = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
        return WorkloadSelector.Read(workload, kind, name);
    }

    public async Task<string?> WhoAmIAsync(CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            Method = HttpMethod.Post,
            Verb = "create",
            Group = "authentication.k8s.io",
            Resource = "selfsubjectreviews",
            Body = """{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}"""u8.ToArray(),
        };
        try
        {
            var review = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
            return review.GetProperty("status").GetProperty("userInfo").GetProperty("username").GetString();
        }
        catch (Exception e) when (e is ApiStatusException or KeyNotFoundException)
        {
            return null;
        }
    }

    public async Task<string> ReadServerVersionAsync(CancellationToken cancellationToken)
    {
        var request = new ApiRequest { Method = HttpMethod.Get, Verb = "get", Resource = "version", Path = "/version" };
        var version = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
        return version.ValueKind == JsonValueKind.Object && version.TryGetProperty("gitVersion", out var text) && text.GetString() is { } known
            ? known
            : throw new ClusterException($"{transport.Authority} does not answer like an API server");
    }

    public async Task<bool> MayAsync(AccessQuestion question, CancellationToken cancellationToken)
    {
        var request = new ApiRequest
        {
            Method = HttpMethod.Post,
            Verb = "create",
            Group = "authorization.k8s.io",
            Resource = "selfsubjectaccessreviews",
            Body = JsonSerializer.SerializeToUtf8Bytes(
                new V1SelfSubjectAccessReview
                {
                    ApiVersion = "authorization.k8s.io/v1",
                    Kind = "SelfSubjectAccessReview",
                    Spec = new V1SelfSubjectAccessReviewSpec
                    {
                        ResourceAttributes = new V1ResourceAttributes
                        {
                            Verb = question.Verb,
                            Group = question.Group,
                            Resource = question.Resource,
                            Subresource = question.Subresource,
                            NamespaceProperty = question.Namespace is null ? null : ObjectName.Label(question.Namespace, "namespace"),
                        },
                    },
                },
                ModelJson.Default.V1SelfSubjectAccessReview),
        };
        var review = await transport.SendAsync(request, ModelJson.Default.V1SelfSubjectAccessReview, cancellationToken);
        return review.Status?.Allowed == true;
    }

    public async Task<IReadOnlyList<V1Node>> ListNodesAsync(CancellationToken cancellationToken)
    {
        var request = Get(null, "nodes", null) with { Verb = "list" };
        return [.. (await transport.SendAsync(request, ModelJson.Default.V1NodeList, cancellationToken)).Items ?? []];
    }

    public Task<IReadOnlyList<NamedAddress>> ListNamedAddressesAsync(string ns, CancellationToken cancellationToken)
        => NamedAddresses.ListAsync(transport, ObjectName.Label(ns, "namespace"), cancellationToken);

    public async Task<JsonElement?> FindAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendAsync(Get(reference), ModelJson.Default.JsonElement, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<ApplyOutcome> ApplyAsync(ObjectReference reference, ReadOnlyMemory<byte> manifest, CancellationToken cancellationToken)
    {
        var before = await FindAsync(reference, cancellationToken);
        var request = Get(reference) with
        {
            Method = HttpMethod.Patch,
            Verb = "patch",
            Query = [new("fieldManager", "scope")],
            Body = manifest,

            // All JSON is YAML.
            BodyType = "application/apply-patch+yaml",
        };
        var after = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
        return before is not { } known ? ApplyOutcome.Created
            : JsonNode.DeepEquals(Wish(known), Wish(after)) ? ApplyOutcome.Unchanged
            : ApplyOutcome.Changed;
    }

    // An object without what the server and its controllers note in it, which they do whenever they like.
    private static JsonObject Wish(JsonElement item)
    {
        var wish = JsonObject.Create(item)!;
        wish.Remove("status");
        foreach (var note in (string[])["resourceVersion", "generation", "managedFields"])
        {
            (wish["metadata"] as JsonObject)?.Remove(note);
        }

        return wish;
    }

    public async Task<IReadOnlyList<string>> ListNamesAsync(string? ns, string resource, string? labelSelector, CancellationToken cancellationToken)
    {
        var request = Get(ns, resource, null) with
        {
            Verb = "list",
            Group = GroupOf(resource),
            Query = [new("labelSelector", labelSelector), new("limit", "1000")],
            Accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        };
        var list = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
        return [.. list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("metadata").GetProperty("name").GetString()).OfType<string>()];
    }

    public async Task<IExecSession> ExecAsync(
        string ns, string pod, string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
        => await ExecUpgrade.OpenAsync(transport, ns, pod, container, command, cancellationToken);

    private static ApiRequest Get(ObjectReference reference)
        => Get(reference.Namespace, reference.Resource, ObjectName.Subdomain(reference.Name, reference.Resource)) with { Group = reference.Group };

    private static string GroupOf(string resource) => resource switch
    {
        "deployments" or "statefulsets" or "daemonsets" or "replicasets" => "apps",
        "jobs" => "batch",
        _ => "",
    };

    private static ApiRequest Get(string? ns, string resource, string? name) => new()
    {
        Method = HttpMethod.Get,
        Verb = "get",
        Namespace = ns is null ? null : ObjectName.Label(ns, "namespace"),
        Resource = resource,
        Name = name,
    };
}

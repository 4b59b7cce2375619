using System.Globalization;
using System.Net;
using k8s.Models;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Which pods are meant.</summary>
/// <param name="Namespace">Null for all.</param>
internal sealed record PodQuery(string? Namespace, string? LabelSelector, string? FieldSelector)
{
    private const string PageSize = "500";

    // Long enough to be cheap, and short enough that a balancer in between which forgot us does not hold us up for long.
    private static readonly TimeSpan WatchLength = TimeSpan.FromMinutes(5);

    /// <summary>Reads all pages; in one piece where the server forgets between two pages what it was listing.</summary>
    public async Task<V1PodList> ListAsync(ApiTransport transport, CancellationToken cancellationToken)
    {
        try
        {
            return await ListPagesAsync(transport, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Gone)
        {
            return await transport.SendAsync(Request("list"), ModelJson.Default.V1PodList, cancellationToken);
        }
    }

    public ApiRequest Watch(string? resourceVersion) => Request(
        "watch",
        new("watch", "true"),
        new("allowWatchBookmarks", "true"),
        new("resourceVersion", resourceVersion),
        new("timeoutSeconds", WatchLength.TotalSeconds.ToString(CultureInfo.InvariantCulture)));

    private async Task<V1PodList> ListPagesAsync(ApiTransport transport, CancellationToken cancellationToken)
    {
        var list = await transport.SendAsync(List(null), ModelJson.Default.V1PodList, cancellationToken);
        var pods = new List<V1Pod>(list.Items ?? []);
        while (list.Metadata?.ContinueProperty is { Length: > 0 } next)
        {
            list = await transport.SendAsync(List(next), ModelJson.Default.V1PodList, cancellationToken);
            pods.AddRange(list.Items ?? []);
        }

        list.Items = pods;
        return list;
    }

    private ApiRequest List(string? next) => Request("list", new("limit", PageSize), new("continue", next));

    private ApiRequest Request(string verb, params ReadOnlySpan<KeyValuePair<string, string?>> more) => new()
    {
        Method = HttpMethod.Get,
        Verb = verb,
        Namespace = Namespace is null ? null : ObjectName.Label(Namespace, "namespace"),
        Resource = "pods",
        Query = [new("labelSelector", LabelSelector), new("fieldSelector", FieldSelector), .. more],
    };
}

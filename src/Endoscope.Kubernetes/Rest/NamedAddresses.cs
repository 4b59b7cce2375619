using System.Net;
using System.Text.Json;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Lists which pod, Service or node has which address.</summary>
internal static class NamedAddresses
{
    private const string PageSize = "500";

    // Enough for the largest clusters there are, and a bound for a server that never stops.
    private const int MostPages = 1000;

    public static async Task<IReadOnlyList<NamedAddress>> ListAsync(ApiTransport transport, string ns, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(
            ListAsync(transport, "nodes", null, cancellationToken),
            ListOrOwnAsync(transport, "pods", ns, cancellationToken),
            ListOrOwnAsync(transport, "services", ns, cancellationToken));
        return [.. lists.SelectMany(list => list)];
    }

    /// <summary>What an object of the API has for addresses. Pure.</summary>
    public static IEnumerable<NamedAddress> Read(string resource, JsonElement item)
    {
        var name = Text(item, "metadata", "name");
        var ns = Text(item, "metadata", "namespace");
        var (texts, full) = resource switch
        {
            "nodes" => (Texts(item, "status", "addresses", "address"), name),
            "services" => (Texts(item, "spec", "clusterIPs", null).Append(Text(item, "spec", "clusterIP")), $"{name}.{ns}.svc"),

            // A pod on its node's network has the node's address and not one of its own.
            _ when At(item, "spec", "hostNetwork") is { ValueKind: JsonValueKind.True } => ([], null),
            _ => (Texts(item, "status", "podIPs", "ip").Append(Text(item, "status", "podIP")), $"{name}.{ns}.pod"),
        };
        return full is null ? [] : texts.Distinct().Where(text => IPAddress.TryParse(text, out _)).Select(text => new NamedAddress(IPAddress.Parse(text!), full));
    }

    private static async Task<List<NamedAddress>> ListOrOwnAsync(ApiTransport transport, string resource, string ns, CancellationToken cancellationToken) =>
        await ListAsync(transport, resource, null, cancellationToken) is { Count: > 0 } all ? all : await ListAsync(transport, resource, ns, cancellationToken);

    private static async Task<List<NamedAddress>> ListAsync(ApiTransport transport, string resource, string? ns, CancellationToken cancellationToken)
    {
        List<NamedAddress> found = [];
        string? next = null;
        try
        {
            for (var page = 0; page < MostPages; page++)
            {
                var request = new ApiRequest
                {
                    Method = HttpMethod.Get,
                    Verb = "list",
                    Resource = resource,
                    Namespace = ns,
                    Query = [new("limit", PageSize), new("continue", next)],
                };
                var list = await transport.SendAsync(request, ModelJson.Default.JsonElement, cancellationToken);
                if (At(list, "items") is { ValueKind: JsonValueKind.Array } items)
                {
                    found.AddRange(items.EnumerateArray().SelectMany(item => Read(resource, item)));
                }

                next = Text(list, "metadata", "continue");
                if (string.IsNullOrEmpty(next))
                {
                    break;
                }
            }
        }
        catch (ApiStatusException)
        {
            // Names are a help, not a need: a user who may not list has those that were found.
        }

        return found;
    }

    private static IEnumerable<string?> Texts(JsonElement item, string part, string list, string? member) =>
        At(item, part, list) is { ValueKind: JsonValueKind.Array } array
            ? array.EnumerateArray().Select(one => member is null ? one.GetString() : Text(one, member))
            : [];

    private static string? Text(JsonElement item, params ReadOnlySpan<string> path) =>
        At(item, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? At(JsonElement item, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
            {
                return null;
            }
        }

        return item;
    }
}

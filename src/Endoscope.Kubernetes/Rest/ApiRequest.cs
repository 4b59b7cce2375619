using System.Text;

namespace Endoscope.Kubernetes.Rest;

/// <summary>One request to the API server, and in the API's own words what it is, for messages.</summary>
internal sealed record ApiRequest
{
    public required HttpMethod Method { get; init; }

    /// <summary>The verb as RBAC has it.</summary>
    public required string Verb { get; init; }

    /// <summary>The API group; empty for the core.</summary>
    public string Group { get; init; } = "";

    /// <summary>The plural resource.</summary>
    public required string Resource { get; init; }

    public string? Subresource { get; init; }

    /// <summary>The whole path, for what is no resource.</summary>
    public string? Path { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public IReadOnlyList<KeyValuePair<string, string?>> Query { get; init; } = [];

    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>The media type of <see cref="Body"/>.</summary>
    public string BodyType { get; init; } = "application/json";

    public string Accept { get; init; } = "application/json";

    /// <summary>Headers that ask the server to go on with another protocol; empty for a plain request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Upgrade { get; init; } = [];

    public string FullResource => Subresource is null ? Resource : $"{Resource}/{Subresource}";

    /// <summary>The path and the query, every part escaped. Parameters without a value are left out.</summary>
    public string PathAndQuery()
    {
        if (Path is not null)
        {
            return Path;
        }

        var url = new StringBuilder(Group.Length == 0 ? "/api/v1" : $"/apis/{Group}/v1");
        Append(url, Namespace is null ? null : "namespaces", Namespace, Resource, Name, Subresource);
        var separator = '?';
        foreach (var (key, value) in Query)
        {
            if (value is not null)
            {
                url.Append(separator).Append(key).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return url.ToString();
    }

    private static void Append(StringBuilder url, params ReadOnlySpan<string?> segments)
    {
        foreach (var segment in segments)
        {
            if (segment is not null)
            {
                url.Append('/').Append(Uri.EscapeDataString(segment));
            }
        }
    }
}

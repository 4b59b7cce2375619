using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Endoscope.Sessions.Access;

/// <summary>
/// Tells debug pods apart by what their users wanted of them beyond the usual. The API server fills in and rewrites much of a pod, so that a
/// comparison with what is there would find differences that are none. Pure.
/// </summary>
internal static class SettingsDigest
{
    /// <summary>A digest of what is unusual about debug pods made with these options; null where nothing is.</summary>
    public static string? Of(DebugPodOptions options)
    {
        var unusual = new JsonObject();
        Add("labels", options.Labels.Count == 0 ? null : Mapping(options.Labels));
        Add("annotations", options.Annotations.Count == 0 ? null : Mapping(options.Annotations));
        Add("tolerations", options.Tolerations is { } tolerations ? Sequence(tolerations.Select(one => $"{one.Key}={one.Value}:{one.Effect}")) : null);
        Add("requests", options.Requests is { } requests ? Mapping(requests) : null);
        Add("limits", options.Limits is { } limits ? Mapping(limits) : null);
        Add("priorityClass", options.PriorityClass is { } priority ? JsonValue.Create(priority) : null);
        Add("overrides", options.Overrides?.Canonical);
        return unusual.Count == 0 ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unusual.ToJsonString())))[..32];

        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                unusual[name] = value;
            }
        }
    }

    private static JsonObject Mapping(IReadOnlyDictionary<string, string> entries) =>
        new(entries.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value))));

    private static JsonArray Sequence(IEnumerable<string> items) => new([.. items.Select(item => (JsonNode?)JsonValue.Create(item))]);
}

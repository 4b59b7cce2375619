using System.Text.Json.Nodes;

namespace Endoscope.Sessions.Access;

/// <summary>
/// Merges a partial pod into a whole one as the API server's strategic merge patch does: mappings field by field, <c>null</c> takes a field away,
/// lists of named things item by item, other lists as a whole. Pure.
/// </summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";

    // The lists of a pod that the API merges, and the field that tells their items apart: patchMergeKey in the API's types.
    private static readonly Dictionary<string, string> MergeKeys = new()
    {
        ["containers"] = "name",
        ["initContainers"] = "name",
        ["volumes"] = "name",
        ["env"] = "name",
        ["ports"] = "containerPort",
        ["volumeMounts"] = "mountPath",
        ["volumeDevices"] = "devicePath",
        ["imagePullSecrets"] = "name",
        ["hostAliases"] = "ip",
        ["resourceClaims"] = "name",
        ["topologySpreadConstraints"] = "topologyKey",
    };

    /// <summary>The result; both arguments stay as they are.</summary>
    /// <exception cref="InvalidOverridesException">The patch is not one; the message begins with the field.</exception>
    public static JsonObject Merge(JsonObject whole, JsonObject patch) => (JsonObject?)Merge(whole, patch, "") ?? [];

    /// <summary>The field that tells a list's items apart; null where the list is replaced as a whole.</summary>
    public static string? KeyOf(string list) => MergeKeys.GetValueOrDefault(list);

    private static JsonNode? Merge(JsonNode? current, JsonNode patch, string path) => patch switch
    {
        JsonObject fields => MergeFields(current as JsonObject, fields, path),
        JsonArray items when KeyOf(path[(path.LastIndexOf('.') + 1)..]) is { } key => MergeItems(current as JsonArray, items, key, path),
        _ => patch.DeepClone(),
    };

    private static JsonObject? MergeFields(JsonObject? current, JsonObject patch, string path)
    {
        var directive = DirectiveOf(patch, path);
        if (directive == "delete")
        {
            return null;
        }

        var merged = directive == "replace" || current is null ? [] : (JsonObject)current.DeepClone();
        foreach (var (name, value) in patch.Where(field => field.Key != Directive))
        {
            var field = path.Length == 0 ? name : $"{path}.{name}";
            var result = value is null ? null : Merge(merged[name], value, field);
            merged.Remove(name);
            if (result is not null)
            {
                merged[name] = result;
            }
        }

        return merged;
    }

    private static JsonArray MergeItems(JsonArray? current, JsonArray patch, string key, string path)
    {
        // An item that says nothing but "replace" speaks of the list.
        var isReplaced = patch.Any(item => item is JsonObject { Count: 1 } only && DirectiveOf(only, path) == "replace");
        List<JsonNode> merged = isReplaced || current is null ? [] : [.. current.Select(item => item!.DeepClone())];
        foreach (var item in patch)
        {
            if (item is not JsonObject fields)
            {
                throw new InvalidOverridesException($"{path} takes mappings, each with its {key}");
            }

            if (fields.Count == 1 && DirectiveOf(fields, path) == "replace")
            {
                continue;
            }

            var value = fields[key] ?? throw new InvalidOverridesException($"an item of {path} has no {key}, which tells it from the others");
            var index = merged.FindIndex(other => other is JsonObject && JsonNode.DeepEquals(other[key], value));
            var result = Merge(index < 0 ? null : merged[index], fields, $"{path}[{value}]");
            if (index >= 0)
            {
                merged.RemoveAt(index);
            }

            if (result is not null)
            {
                merged.Insert(index < 0 ? merged.Count : index, result);
            }
        }

        return [.. merged];
    }

    private static string? DirectiveOf(JsonObject patch, string path)
    {
        if (patch.Select(field => field.Key).FirstOrDefault(name => name.StartsWith('$') && name != Directive) is { } unknown)
        {
            throw new InvalidOverridesException($"{path}: {unknown} is not known here", $"{Directive}: delete, {Directive}: replace and null are");
        }

        return patch[Directive]?.ToString() is not { } directive ? null
            : directive is "delete" or "replace" or "merge" ? directive
            : throw new InvalidOverridesException($"{path}: {Directive} is delete, replace or merge, not '{directive}'");
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Endoscope.Kubernetes;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>A partial pod that its user wants merged into every debug pod.</summary>
public sealed class PodOverrides
{
    private readonly string file;
    private readonly JsonObject patch;

    private PodOverrides(string file, JsonObject patch) => (this.file, this.patch) = (file, patch);

    /// <summary>Reads it and makes sure that it can be merged into a debug pod made with these options.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="file">Where it is from, for messages.</param>
    /// <exception cref="InvalidOverridesException">It is no part of a pod, or would change what makes the pod a debug pod.</exception>
    public static PodOverrides Parse(string text, string file, DebugPodOptions options)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(YamlText.ToJson(text, file));
        }
        catch (ClusterException e)
        {
            throw new InvalidOverridesException(e.Message, inner: e);
        }

        var overrides = new PodOverrides(file, node as JsonObject
            ?? throw new InvalidOverridesException($"{file} holds no part of a pod", "write, for example, spec: {priorityClassName: low}"));

        // No target is like this one, so that whoever names another is noticed here, before anything is asked of a server.
        var any = new Target { Namespace = "?", Pod = "?", Uid = "?", Node = "?", Container = "?", ContainerId = null };
        DebugPodPlan.Manifest(any, "?", AccessNeeds.Everything, options with { Overrides = overrides }, null, null);
        return overrides;
    }

    /// <summary>The same text for all files that say the same.</summary>
    internal JsonNode Canonical => Sorted(patch)!;

    /// <summary>The manifest with this merged in.</summary>
    /// <exception cref="InvalidOverridesException">See <see cref="Parse"/>.</exception>
    internal V1Pod ApplyTo(V1Pod pod)
    {
        try
        {
            var before = (JsonObject)JsonNode.Parse(PodJson.Serialize(pod))!;
            var after = StrategicMerge.Merge(before, patch);
            OverridesLimits.Check(before, after);
            return Read(after);
        }
        catch (InvalidOverridesException e)
        {
            throw new InvalidOverridesException($"{file}: {e.Message}", e.Hint, e);
        }
    }

    private static V1Pod Read(JsonObject merged)
    {
        V1Pod pod;
        try
        {
            pod = PodJson.Deserialize(Encoding.UTF8.GetBytes(merged.ToJsonString()));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            var field = (e as JsonException)?.Path?.TrimStart('$', '.');
            throw new InvalidOverridesException($"{(string.IsNullOrEmpty(field) ? "a field" : field)} has a value that a pod cannot have there", "kubectl explain pod.spec tells what each field takes", e);
        }

        return Unknown(merged, JsonNode.Parse(PodJson.Serialize(pod)), "") is { } unknown
            ? throw new InvalidOverridesException($"{unknown} is not a field of a pod", "kubectl explain pod.spec names the fields")
            : pod;
    }

    // What the model has no field for is lost on the way through it.
    private static string? Unknown(JsonNode? given, JsonNode? known, string path) => (given, known) switch
    {
        (JsonObject fields, JsonObject others) => fields
            .Where(field => field.Value is not null)
            .Select(field => others.ContainsKey(field.Key) ? Unknown(field.Value, others[field.Key], $"{path}{field.Key}.") : path + field.Key)
            .FirstOrDefault(field => field is not null),
        (JsonArray items, JsonArray others) => items
            .Select((item, i) => Unknown(item, others[i], $"{path.TrimEnd('.')}[{i}]."))
            .FirstOrDefault(field => field is not null),
        _ => null,
    };

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

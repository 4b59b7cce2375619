using System.Text.Json;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Finds in a workload which pods are its own. Pure.</summary>
internal static class WorkloadSelector
{
    /// <summary>The selector in the API's text form.</summary>
    public static string Read(JsonElement workload, string kind, string name)
    {
        var text = workload.TryGetProperty("spec", out var spec) && spec.TryGetProperty("selector", out var selector)
            && selector.ValueKind == JsonValueKind.Object
            ? Format(selector, kind)
            : "";

        // An empty selector would mean every pod of the namespace.
        return text.Length > 0 ? text : throw new ClusterException($"the {kind} '{name}' has no selector, so no pods of its own");
    }

    private static string Format(JsonElement selector, string kind) => kind == "service"
        ? LabelSelectorText.Format(selector.EnumerateObject().Select(label => KeyValuePair.Create(label.Name, label.Value.GetString() ?? "")))
        : LabelSelectorText.Format(selector.Deserialize(ModelJson.Default.V1LabelSelector)!);
}

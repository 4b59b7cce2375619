using System.Text.Json.Nodes;

namespace Endoscope.Sessions.Access;

/// <summary>What of a debug pod nobody may override, since without it the pod would not work, not be found again, or not end. Pure.</summary>
internal static class OverridesLimits
{
    private const string Found = "scope finds its debug pods by it";
    private const string Shows = "it shows which pod is being looked into";

    private static readonly (string[] Field, string Why)[] Fixed =
    [
        (["apiVersion"], "a debug pod is a pod"),
        (["kind"], "a debug pod is a pod"),
        (["status"], "the cluster says it"),
        (["metadata", "name"], "it is made from the target's"),
        (["metadata", "generateName"], "the name is made from the target's"),
        (["metadata", "namespace"], "--debug-namespace says it"),
        (["metadata", "finalizers"], "they would keep the debug pod from going"),
        (["metadata", "labels", DebugPodPlan.ManagedByLabel], Found),
        (["metadata", "labels", DebugPodPlan.TargetLabel], Found),
        (["metadata", "labels", DebugPodPlan.TargetNamespaceLabel], Found),
        (["metadata", "annotations", DebugPodPlan.TargetAnnotation], Shows),
        (["metadata", "annotations", DebugPodPlan.TargetUidAnnotation], Shows),
        (["metadata", "annotations", DebugPodPlan.ByAnnotation], "it shows who has made the debug pod"),
        (["metadata", "annotations", DebugPodPlan.SettingsAnnotation], "it shows what the debug pod was made with"),
        (["spec", "nodeName"], "a debug pod runs on its target's node"),
        (["spec", "hostPID"], "the agent finds the target's processes by it"),
        (["spec", "restartPolicy"], "a debug pod that has ended stays so"),
        (["spec", "activeDeadlineSeconds"], "--deadline says it"),
        (["spec", "containers", DebugPodPlan.ContainerName, "image"], "--image says it"),
        (["spec", "containers", DebugPodPlan.ContainerName, "command"], "it is the agent's"),
        (["spec", "containers", DebugPodPlan.ContainerName, "args"], "the agent takes none"),
        (["spec", "containers", DebugPodPlan.ContainerName, "securityContext", "runAsUser"], "the agent is root in its container"),
        (["spec", "containers", DebugPodPlan.ContainerName, "securityContext", "privileged"], "--privileged says it"),
    ];

    private static readonly string[] Capabilities = ["spec", "containers", DebugPodPlan.ContainerName, "securityContext", "capabilities", "add"];

    /// <exception cref="InvalidOverridesException">One of those differs; it is named.</exception>
    public static void Check(JsonObject before, JsonObject after)
    {
        if (Find(after, ["spec", "containers", DebugPodPlan.ContainerName]) is null)
        {
            throw new InvalidOverridesException($"spec.containers[{DebugPodPlan.ContainerName}] must stay: the agent is in it");
        }

        foreach (var (field, why) in Fixed.Where(one => !JsonNode.DeepEquals(Find(before, one.Field), Find(after, one.Field))))
        {
            throw new InvalidOverridesException($"{Name(field)} must not be overridden: {why}");
        }

        var lost = Texts(Find(before, Capabilities)).Except(Texts(Find(after, Capabilities))).FirstOrDefault();
        if (lost is not null)
        {
            throw new InvalidOverridesException(
                $"{Name(Capabilities)} must keep {lost}, which commands need", "the list is replaced as a whole: name all that scope launch --dry-run shows, and yours");
        }
    }

    // In a list of named things the step is the name.
    private static JsonNode? Find(JsonNode? node, IEnumerable<string> path) => path.Aggregate(node, (at, step) => at switch
    {
        JsonObject fields => fields[step],
        JsonArray items => items.FirstOrDefault(item => item is JsonObject fields && fields["name"]?.ToString() == step),
        _ => null,
    });

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray)?.Select(item => item?.ToString() ?? "") ?? [];

    private static string Name(string[] field) => field.Aggregate((path, step) =>
        step == DebugPodPlan.ContainerName || step.Contains('/', StringComparison.Ordinal) ? $"{path}[{step}]" : $"{path}.{step}");
}

using System.Text.Json.Nodes;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Sessions.Setup;

/// <summary>The objects that give some users of a cluster a namespace for debug pods, and nobody else. Pure.</summary>
public static class SetupPlan
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string PodSecurity = "pod-security.kubernetes.io";

    // Far more than people look at once, and a bound for a script that has gone wrong.
    private const string MostDebugPods = "50";

    /// <summary>The namespace where none is named.</summary>
    public const string DefaultNamespace = "endoscope-debug";

    /// <summary>The objects, in the order in which they are to be made.</summary>
    public static IReadOnlyList<SetupObject> Plan(SetupRequest request) =>
    [
        Namespace(request),
        Quota(request),
        .. Grant(request, $"{request.DebugNamespace}-user", request.DebugNamespace, "Beside a target: debug pods are made, watched, spoken to and removed here.", DebugPodRules),
        .. TargetGrant(request),
        .. request.HasPolicies ? AdmissionPolicies.Plan(request) : [],
    ];

    /// <summary>The namespace for debug pods, by which one is recognized.</summary>
    public static ObjectReference NamespaceOf(string name) => new("", "namespaces", null, name);

    private static SetupObject Namespace(SetupRequest request) => new(
        NamespaceOf(request.DebugNamespace),
        "Debug pods live here: they need hostPID, which Pod Security allows at this level only.",
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject
            {
                ["name"] = request.DebugNamespace,
                ["labels"] = new JsonObject
                {
                    [DebugPodPlan.ManagedByLabel] = DebugPodPlan.ManagedByValue,
                    [$"{PodSecurity}/enforce"] = "privileged",
                    [$"{PodSecurity}/enforce-version"] = "latest",
                    [$"{PodSecurity}/warn"] = "privileged",
                    [$"{PodSecurity}/audit"] = "privileged",
                },
            },
        });

    private static SetupObject Quota(SetupRequest request) => new(
        new("", "resourcequotas", request.DebugNamespace, $"{request.DebugNamespace}-pods"),
        "A bound for a script that has gone wrong.",
        new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ResourceQuota",
            ["metadata"] = Metadata($"{request.DebugNamespace}-pods", request.DebugNamespace),
            ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["pods"] = MostDebugPods } },
        });

    private static JsonArray DebugPodRules() => new(
        Rule("", ["pods"], "list", "watch", "create", "delete"),
        Rule("", ["pods/exec"], "create", "get"),
        Rule("", ["events"], "list"),
        Rule("", ["namespaces"], "get"));

    private static JsonArray TargetRules(bool everywhere) => new(
    [
        Rule("", ["pods"], "get", "list", "watch"),
        Rule("", ["services"], "get", "list"),
        Rule("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], "get"),
        Rule("batch", ["jobs"], "get"),
        .. everywhere ? (JsonNode[])[Rule("", ["nodes"], "get")] : [],
    ]);

    private static IEnumerable<SetupObject> TargetGrant(SetupRequest request)
    {
        var name = $"{request.DebugNamespace}-target";
        yield return new(
            new(Rbac, "clusterroles", null, name),
            "At a target: it is found. Nothing of it may be changed, and nothing run in it.",
            Role("ClusterRole", Metadata(name), TargetRules(request.TargetNamespace is null)));
        yield return request.TargetNamespace is { } ns
            ? Binding(request, "RoleBinding", "ClusterRole", name, ns, $"Targets in namespace {ns}.")
            : Binding(request, "ClusterRoleBinding", "ClusterRole", name, null, "Targets in all namespaces.");
    }

    private static IEnumerable<SetupObject> Grant(SetupRequest request, string name, string ns, string purpose, Func<JsonArray> rules) =>
    [
        new(new(Rbac, "roles", ns, name), purpose, Role("Role", Metadata(name, ns), rules())),
        Binding(request, "RoleBinding", "Role", name, ns, "Who may."),
    ];

    private static JsonObject Role(string kind, JsonObject metadata, JsonArray rules) =>
        new() { ["apiVersion"] = $"{Rbac}/v1", ["kind"] = kind, ["metadata"] = metadata, ["rules"] = rules };

    private static SetupObject Binding(SetupRequest request, string kind, string roleKind, string name, string? ns, string purpose) => new(
        new(Rbac, kind.ToLowerInvariant() + "s", ns, name),
        purpose,
        new JsonObject
        {
            ["apiVersion"] = $"{Rbac}/v1",
            ["kind"] = kind,
            ["metadata"] = Metadata(name, ns),
            ["roleRef"] = new JsonObject { ["apiGroup"] = Rbac, ["kind"] = roleKind, ["name"] = name },
            ["subjects"] = new JsonArray([.. request.Groups.Select(group => Subject("Group", group)), .. request.Users.Select(user => Subject("User", user))]),
        });

    private static JsonObject Subject(string kind, string name) => new JsonObject { ["apiGroup"] = Rbac, ["kind"] = kind, ["name"] = name };

    private static JsonObject Rule(string group, string[] resources, params string[] verbs) =>
        new() { ["apiGroups"] = Texts(group), ["resources"] = Texts(resources), ["verbs"] = Texts(verbs) };

    internal static JsonArray Texts(params IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    internal static JsonObject Metadata(string name, string? ns = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (ns is not null)
        {
            metadata["namespace"] = ns;
        }

        metadata["labels"] = new JsonObject { [DebugPodPlan.ManagedByLabel] = DebugPodPlan.ManagedByValue };
        return metadata;
    }
}

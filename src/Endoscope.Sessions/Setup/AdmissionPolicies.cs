using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Sessions.Setup;

/// <summary>
/// The policies that keep a namespace for debug pods to its users: RBAC can only add rights, and whoever may exec into any pod of the
/// cluster could else go through a debug pod to its node. Pure.
/// </summary>
internal static class AdmissionPolicies
{
    private const string Group = "admissionregistration.k8s.io";
    private const string Policies = "validatingadmissionpolicies";
    private const string Bindings = "validatingadmissionpolicybindings";

    /// <summary>The first server that knows them as v1.</summary>
    internal static readonly (int Major, int Minor) Since = (1, 30);

    /// <summary>What puts the policy in force that keeps others from exec into debug pods.</summary>
    internal static ObjectReference ExecBindingOf(string debugNamespace) => new(Group, Bindings, null, ExecPolicyOf(debugNamespace));

    internal static IEnumerable<SetupObject> Plan(SetupRequest request) =>
    [
        .. Policy(
            request,
            ExecPolicyOf(request.DebugNamespace),
            "Whoever speaks to a debug pod can do what it can: nobody but users of scope, whatever other roles say.",
            Rule("CONNECT", "pods/exec", "pods/attach", "pods/portforward", "pods/proxy"),
            [(IsUser(request), "only users of scope may enter debug pods, see: scope setup")]),
        .. Policy(
            request,
            $"{request.DebugNamespace}-pods",
            "No pod here is anything but a debug pod as scope makes it.",
            Rule(["CREATE", "UPDATE"], "pods", "pods/ephemeralcontainers"),
            [(IsUserWhoCreates(request), "only users of scope may make debug pods, see: scope setup"), .. Shape(request)]),
    ];

    private static string ExecPolicyOf(string debugNamespace) => $"{debugNamespace}-exec";

    private static string IsUser(SetupRequest request) =>
        $"request.userInfo.username in {List(request.Users)} || (has(request.userInfo.groups) && request.userInfo.groups.exists(group, group in {List(request.Groups)}))";

    private static string IsUserWhoCreates(SetupRequest request) => $"request.operation != \"CREATE\" || {IsUser(request)}";

    private static IEnumerable<(string Expression, string Message)> Shape(SetupRequest request)
    {
        var repository = RepositoryOf(request.Image);
        var longest = ((long)request.Deadline.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        yield return (
            $"has(object.metadata.labels) && {Text(DebugPodPlan.TargetLabel)} in object.metadata.labels"
            + $" && {Text(DebugPodPlan.ManagedByLabel)} in object.metadata.labels && object.metadata.labels[{Text(DebugPodPlan.ManagedByLabel)}] == {Text(DebugPodPlan.ManagedByValue)}",
            "this namespace is for debug pods of scope: the labels of one are missing");
        yield return (
            "object.spec.containers.size() == 1 && (!has(object.spec.initContainers) || object.spec.initContainers.size() == 0)"
            + " && (!has(object.spec.ephemeralContainers) || object.spec.ephemeralContainers.size() == 0)",
            "a debug pod has one container");
        yield return (
            $"object.spec.containers.all(it, it.name == {Text(DebugPodPlan.ContainerName)} && has(it.command) && it.command.size() > 1"
            + $" && it.command[0] == {Text(DebugPodPlan.AgentPath)} && it.command[1] == \"wait\" && (!has(it.args) || it.args.size() == 0))",
            "a debug pod runs a waiting agent");
        yield return (
            $"object.spec.containers.all(it, it.image.startsWith({Text(repository + ":")}) || it.image.startsWith({Text(repository + "@")}))",
            $"a debug pod is of image {repository}");
        yield return (
            "object.spec.containers.all(it, has(it.securityContext) && (!has(it.securityContext.privileged) || !it.securityContext.privileged)"
            + " && has(it.securityContext.capabilities) && has(it.securityContext.capabilities.drop) && \"ALL\" in it.securityContext.capabilities.drop"
            + $" && (!has(it.securityContext.capabilities.add) || it.securityContext.capabilities.add.all(one, one in {List(AccessNeeds.Everything.Capabilities)})))",
            "a debug pod is not privileged and has no other capabilities than commands need");
        yield return (
            "(!has(object.spec.hostNetwork) || !object.spec.hostNetwork) && (!has(object.spec.hostIPC) || !object.spec.hostIPC)"
            + " && (!has(object.spec.volumes) || object.spec.volumes.all(it, has(it.emptyDir)))",
            "a debug pod has neither its node's network nor any of its files");
        yield return (
            "has(object.spec.automountServiceAccountToken) && !object.spec.automountServiceAccountToken"
            + $" && has(object.spec.activeDeadlineSeconds) && object.spec.activeDeadlineSeconds <= {longest}",
            $"a debug pod has no token of a service account and lasts no longer than {longest} s");
    }

    private static IEnumerable<SetupObject> Policy(
        SetupRequest request, string name, string purpose, JsonObject rule, IReadOnlyList<(string Expression, string Message)> validations) =>
    [
        new(new(Group, Policies, null, name), purpose, new JsonObject
        {
            ["apiVersion"] = $"{Group}/v1",
            ["kind"] = "ValidatingAdmissionPolicy",
            ["metadata"] = SetupPlan.Metadata(name),
            ["spec"] = new JsonObject
            {
                ["failurePolicy"] = "Fail",
                ["matchConstraints"] = new JsonObject
                {
                    ["namespaceSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["kubernetes.io/metadata.name"] = request.DebugNamespace } },
                    ["resourceRules"] = new JsonArray(rule),
                },
                ["validations"] = new JsonArray([.. validations.Select(one => new JsonObject
                {
                    ["expression"] = one.Expression,
                    ["message"] = one.Message,
                    ["reason"] = "Forbidden",
                })]),
            },
        }),
        new(new(Group, Bindings, null, name), "The policy is in force.", new JsonObject
        {
            ["apiVersion"] = $"{Group}/v1",
            ["kind"] = "ValidatingAdmissionPolicyBinding",
            ["metadata"] = SetupPlan.Metadata(name),
            ["spec"] = new JsonObject { ["policyName"] = name, ["validationActions"] = SetupPlan.Texts("Deny") },
        }),
    ];

    private static JsonObject Rule(string operation, params string[] resources) => Rule([operation], resources);

    private static JsonObject Rule(string[] operations, params string[] resources) => new()
    {
        ["apiGroups"] = SetupPlan.Texts(""),
        ["apiVersions"] = SetupPlan.Texts("v1"),
        ["operations"] = SetupPlan.Texts(operations),
        ["resources"] = SetupPlan.Texts(resources),
    };

    // An image without its tag and digest; a colon before the last slash is a registry's port.
    private static string RepositoryOf(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static string List(IReadOnlyList<string> texts) => $"[{string.Join(", ", texts.Select(Text))}]";

    // The escapes of JSON are escapes of CEL, too.
    private static string Text(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}

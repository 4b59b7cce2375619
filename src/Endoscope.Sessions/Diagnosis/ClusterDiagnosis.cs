using System.Net;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using k8s.Models;

namespace Endoscope.Sessions.Diagnosis;

/// <summary>Looks at all that a command depends on, and changes nothing.</summary>
/// <param name="ns">The namespace of the targets.</param>
/// <param name="commands">The commands whose permissions are to be looked at.</param>
public sealed class ClusterDiagnosis(Cluster cluster, string ns, IReadOnlyList<string> commands, DebugPodOptions options)
{
    private const string Placeholder = "scope-doctor";

    private readonly IClusterApi api = cluster.Api;

    /// <summary>Everything, in the order in which it depends on each other; ends with the first that all the rest depends on.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [.. Configuration()];
        try
        {
            findings.Add(new("server", Standing.Good, $"{cluster.Server}, version {await api.ReadServerVersionAsync(cancellationToken)}"));
            findings.Add(await UserAsync(cancellationToken));
        }
        catch (ClusterException e)
        {
            findings.Add(new("server", Standing.Bad, e.Message, e.Hint ?? "kubectl version tells whether it is scope or the way to the server"));
            return findings;
        }

        var nodes = ListNodesAsync(cancellationToken);
        var rights = RightsAsync(cancellationToken);
        var list = await nodes;
        findings.Add(list.Finding);
        findings.AddRange(await rights);
        if (options.Namespace is { } debugNamespace)
        {
            findings.Add(await new SetupDiagnosis(api).LookAsync(debugNamespace, cancellationToken));
        }

        findings.AddRange(await Task.WhenAll(
            AdmissionAsync("debug pod for pids", AccessNeeds.Processes, list.Nodes, cancellationToken),
            AdmissionAsync("debug pod for the network", AccessNeeds.Network, list.Nodes, cancellationToken),
            AdmissionAsync("debug pod for everything", AccessNeeds.Everything, list.Nodes, cancellationToken)));
        findings.Add(Image(list.Nodes));
        return findings;
    }

    private IEnumerable<Finding> Configuration()
    {
        yield return new("kubeconfig", Standing.Good, cluster.ConfigFiles.Count > 0 ? string.Join(", ", cluster.ConfigFiles) : "none");
        yield return new("context", Standing.Good, $"{(cluster.ContextName.Length > 0 ? cluster.ContextName : "none")}, namespace {ns}");
        yield return new("credentials", Standing.Good, cluster.UserKind);
        foreach (var warning in cluster.Warnings)
        {
            yield return new("trust", Standing.Lacking, warning, "give the kubeconfig the server's certificate-authority and remove insecure-skip-tls-verify");
        }
    }

    private async Task<Finding> UserAsync(CancellationToken cancellationToken)
        => await api.WhoAmIAsync(cancellationToken) is { } name
            ? new Finding("user", Standing.Good, name)
            : new Finding("user", Standing.Unknown, "the server does not say whom it takes us for (it does from version 1.28 on)");

    private async Task<(Finding Finding, IReadOnlyList<V1Node>? Nodes)> ListNodesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var nodes = await api.ListNodesAsync(cancellationToken);
            var kinds = nodes.GroupBy(node => $"{node.Status?.NodeInfo?.OperatingSystem}/{node.Status?.NodeInfo?.Architecture} with {node.Status?.NodeInfo?.ContainerRuntimeVersion}")
                .Select(kind => $"{kind.Count()} {kind.Key}");
            var unfit = nodes.Where(node => IsUnfit(node) is not null).ToList();
            var detail = string.Join("; ", kinds);
            return (unfit.Count == 0
                ? new Finding("nodes", Standing.Good, detail)
                : new Finding("nodes", Standing.Lacking, $"{detail}; without a place for debug pods: {string.Join(", ", unfit.Select(node => node.Name()))}",
                    $"kubectl describe node {unfit[0].Name()} tells more"), nodes);
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return (new Finding("nodes", Standing.Unknown, "not allowed to list them"), null);
        }
    }

    private async Task<IReadOnlyList<Finding>> RightsAsync(CancellationToken cancellationToken)
    {
        var needed = commands.SelectMany(CommandRights.For).ToList();
        var asked = needed.Concat(CommandRights.Useful.Select(useful => useful.Right)).Select(Question).Distinct().ToList();
        var answers = await Task.WhenAll(asked.Select(question => api.MayAsync(question, cancellationToken)));
        var missing = asked.Where((_, i) => !answers[i]).ToHashSet();
        var grant = Grant(needed.Where(right => missing.Contains(Question(right))));
        List<Finding> findings = [];
        foreach (var command in commands)
        {
            var lacks = CommandRights.For(command).Where(right => missing.Contains(Question(right))).ToList();
            findings.Add(lacks.Count == 0
                ? new($"rights for {command}", Standing.Good, string.Join(", ", CommandRights.For(command)))
                : new($"rights for {command}", Standing.Bad, $"not allowed: {string.Join(", ", lacks)}{Where(lacks[0])}", grant));
        }

        var told = needed.Select(Question).ToHashSet();
        findings.AddRange(CommandRights.Useful.Where(useful => Question(useful.Right) is var question && missing.Contains(question) && !told.Contains(question))
            .Select(useful => new Finding("rights of use", Standing.Lacking, $"not allowed: {useful.Right}{Where(useful.Right)}, {useful.Use}")));
        return findings;
    }

    private AccessQuestion Question(Right right) => new(right.Verb, right.Group, right.Resource, right.Subresource, NamespaceOf(right));

    private string? NamespaceOf(Right right) => right.Place switch
    {
        RightPlace.Target => ns,
        RightPlace.DebugPods => options.Namespace ?? ns,
        _ => null,
    };

    // Said only where it is not plain.
    private string Where(Right right) => NamespaceOf(right) is { } place && options.Namespace is { } elsewhere && elsewhere != ns ? $" in namespace {place}" : "";

    // One step for all that is missing: a role of the same name for each command would be refused.
    private string Grant(IEnumerable<Right> missing)
    {
        var roles = missing.GroupBy(NamespaceOf).Select(rights =>
        {
            var resources = rights.Select(right => right.ToString()[(right.Verb.Length + 1)..]).Distinct();
            return $"kubectl create role scope -n {rights.Key} --verb={string.Join(',', rights.Select(right => right.Verb).Distinct())} --resource={string.Join(',', resources)}";
        });
        return $"have an administrator grant it: {string.Join("; ", roles)}; and bind it: kubectl create rolebinding scope --role=scope --user=NAME, with the same -n";
    }

    private async Task<Finding> AdmissionAsync(string check, AccessNeeds needs, IReadOnlyList<V1Node>? nodes, CancellationToken cancellationToken)
    {
        var needed = needs.Capabilities.Count == 0 ? "hostPID" : $"hostPID, {string.Join(", ", needs.Capabilities)}";
        var target = new Target
        {
            Namespace = ns,
            Pod = Placeholder,
            Uid = Guid.Empty.ToString(),
            Node = nodes?.FirstOrDefault(node => IsUnfit(node) is null)?.Name() ?? "",
            Container = Placeholder,
            ContainerId = null,
        };
        try
        {
            var name = DebugPodPlan.NameFor(target, options, Guid.NewGuid().ToString());
            await api.CreatePodAsync(DebugPodPlan.Manifest(target, name, needs, options, null, null), dryRun: true, cancellationToken);
            return new(check, Standing.Good, $"namespace {DebugPodPlan.NamespaceFor(target, options)} admits it ({needed})");
        }
        catch (ApiStatusException e) when (e.Message.Contains("PodSecurity", StringComparison.Ordinal) || e.Message.Contains("violates", StringComparison.Ordinal))
        {
            return new(check, Standing.Bad, $"Pod Security: {e.Message}",
                $"kubectl label namespace {DebugPodPlan.NamespaceFor(target, options)} pod-security.kubernetes.io/enforce=privileged, by whoever may, or a namespace for debug pods: scope setup --help");
        }
        catch (ClusterException e)
        {
            return new(check, Standing.Bad, e.Message, e.Hint);
        }
    }

    /// <summary>A kubelet names the images it has, the fifty largest; of one that it does not name nothing is known.</summary>
    private Finding Image(IReadOnlyList<V1Node>? nodes)
    {
        var having = nodes?.Count(node => node.Status?.Images?.Any(image => image.Names?.Any(IsOurs) == true) == true) ?? 0;
        return having > 0
            ? new("image", Standing.Good, $"{options.Image} is on {having} of {nodes!.Count} nodes")
            : new("image", Standing.Unknown, $"{options.Image}: whether the nodes can pull it shows when the first debug pod starts", "scope -p POD launch says so within seconds");
    }

    private bool IsOurs(string name) => name == options.Image || name.EndsWith("/" + options.Image, StringComparison.Ordinal);

    private static string? IsUnfit(V1Node node)
    {
        try
        {
            NodePlan.RefuseUnfit(node, Placeholder);
            return null;
        }
        catch (SessionException e)
        {
            return e.Message;
        }
    }
}

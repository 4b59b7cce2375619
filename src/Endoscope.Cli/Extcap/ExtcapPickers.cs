using Endoscope.Kubernetes;
using Endoscope.Sessions;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Extcap;

/// <summary>The lists of the pickers: what is known without asking anyone, and what the cluster says when the user wants to know.</summary>
internal sealed class ExtcapPickers(CommandContext context, GlobalRequest global, ExtcapMemory memory)
{
    // A user waits for the one, Wireshark's start for the other.
    private static readonly TimeSpan UsersPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartsPatience = TimeSpan.FromSeconds(5);

    private static readonly ExtcapValue NoPod = new(ExtcapSentences.NoPod, "choose …", IsDefault: true);
    private static readonly ExtcapValue AllPods = new(ExtcapSentences.AllPods, "all pods of the namespace");

    /// <summary>All lists, from the kubeconfig and from memory.</summary>
    public ExtcapChoices Known()
    {
        using var cluster = TryConnect();
        return new ExtcapChoices(
            cluster is null ? [] : Contexts(cluster),
            Namespaces(cluster, memory.Recall("namespace").Select(one => one.Value)),
            [NoPod, AllPods, .. memory.Recall("pod")]);
    }

    /// <summary>The list of one option, asked anew. Why it cannot be had is shown in its place: Wireshark shows nothing else of it.</summary>
    public async Task<string> ReloadAsync(string option, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(UsersPatience);
        var name = option.TrimStart('-');
        try
        {
            using var cluster = context.ConnectSilently(global.Connection);
            return name switch
            {
                "context" => ExtcapSentences.Values(ExtcapOptions.Context, Contexts(cluster)),
                "namespace" => ExtcapSentences.Values(ExtcapOptions.Namespace, await NamespacesAsync(cluster, patience.Token)),
                "pod" => ExtcapSentences.Values(ExtcapOptions.Pod, await PodsAsync(cluster, patience.Token)),
                _ => "",
            };
        }
        catch (Exception e) when (e is ClusterException or SessionException or IOException or InvalidNameException)
        {
            return Instead(name, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Instead(name, $"no answer within {UsersPatience.TotalSeconds:0} s");
        }
    }

    /// <summary>An interface for each pod of the namespace; none where the cluster does not say so soon.</summary>
    public async Task<IReadOnlyList<ExtcapValue>> InterfacesAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartsPatience);
        try
        {
            using var cluster = context.ConnectSilently(global.Connection);
            var ns = global.Namespace ?? cluster.DefaultNamespace;
            var pods = await PodChoices.ListAsync(cluster.Api, ns, patience.Token).WaitAsync(patience.Token);
            return
            [
                .. pods.Where(one => !one.Target.Contains('/', StringComparison.Ordinal))
                    .Select(one => new ExtcapValue(ExtcapSentences.InterfaceOf(ns, one.Target), $"Kubernetes pod {ns}/{one.Text}")),
            ];
        }
        catch (Exception e) when (e is ClusterException or IOException or OperationCanceledException or InvalidNameException)
        {
            return [];
        }
    }

    private static string Instead(string option, string why) => ExtcapSentences.Values(
        option == "pod" ? ExtcapOptions.Pod : option == "namespace" ? ExtcapOptions.Namespace : ExtcapOptions.Context,
        [new ExtcapValue(ExtcapSentences.NoPod, $"({why})", IsDefault: true)]);

    private static IReadOnlyList<ExtcapValue> Contexts(Cluster cluster) =>
        [.. cluster.Contexts.Order(StringComparer.Ordinal).Select(name => new ExtcapValue(name, name, name == cluster.ContextName))];

    private async Task<IReadOnlyList<ExtcapValue>> NamespacesAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var values = Namespaces(cluster, await cluster.Api.ListNamesAsync(null, "namespaces", null, cancellationToken));
        memory.Keep("namespace", values);
        return values;
    }

    private async Task<IReadOnlyList<ExtcapValue>> PodsAsync(Cluster cluster, CancellationToken cancellationToken)
    {
        var choices = await PodChoices.ListAsync(cluster.Api, global.Namespace ?? cluster.DefaultNamespace, cancellationToken);
        ExtcapValue[] pods = [.. choices.Select(one => new ExtcapValue(one.Target, one.Text))];
        memory.Keep("pod", pods);
        return [NoPod, AllPods, .. pods];
    }

    private IReadOnlyList<ExtcapValue> Namespaces(Cluster? cluster, IEnumerable<string> others)
    {
        var own = global.Namespace ?? cluster?.DefaultNamespace ?? "default";
        return [.. others.Append(own).Distinct().Order(StringComparer.Ordinal).Select(name => new ExtcapValue(name, name, name == own))];
    }

    private Cluster? TryConnect()
    {
        try
        {
            return context.ConnectSilently(global.Connection);
        }
        catch (ClusterException)
        {
            // What is wrong with the kubeconfig is told when it is needed.
            return null;
        }
    }
}

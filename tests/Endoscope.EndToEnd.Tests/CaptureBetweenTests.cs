using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

/// <summary>What became of the packets between two real pods on two nodes.</summary>
public sealed class CaptureBetweenTests(Cluster cluster)
{
    private const int Interrupt = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [ClusterFact]
    public async Task SaysThatPingsAndConnectionsArrive()
    {
        var address = await AddressAsync("static");
        using var scope = Between("web", "static");
        await SeenAsync(scope, address);
        await OnAsync("web", "wget", "-q", "-O-", $"http://{address}:8080/");
        await scope.PrintsAsync("HTTP/1.0 200 OK");
        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        var events = Events(result);
        Assert.All(events[..^1], one => Assert.Equal("arrived", one.GetProperty("event").GetString()));
        Assert.Contains(events, one => one.TryGetProperty("info", out var info) && info.GetString()!.StartsWith("GET / HTTP/1.1", StringComparison.Ordinal));
        Assert.Equal("arrived", events[^1].GetProperty("result").GetString());
        Assert.True(Count(events, 0, "answered") > 2, result.Stdout);
        Assert.Equal(0, Count(events, 0, "unanswered"));
    }

    [ClusterFact]
    public async Task SaysThatAPodReceivesAndDoesNotAnswer()
    {
        // The capture sees what reaches the pod before the pod's own rules do.
        await cluster.TargetAsync("between-silent");
        await ShellAsync("between-silent", "iptables", "-A", "INPUT", "-p", "icmp", "-j", "DROP");
        using var scope = Between("web", "between-silent");
        await SeenAsync(scope, await AddressAsync("between-silent"));
        await scope.PrintsAsync("\"event\":\"unanswered\"");
        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.True(result.ExitCode == 0, result.ToString());
        var events = Events(result);
        Assert.Equal(0, Count(events, 0, "lost"));
        Assert.True(Count(events, 0, "unanswered") > 0, result.Stdout);
        Assert.Equal(0, Count(events, 1, "sent"));
    }

    [ClusterFact]
    public async Task SaysWhatDiesOnTheWayAlsoToAService()
    {
        await cluster.TargetAsync("between-db");
        await Cluster.KubectlAsync("expose", "pod", "between-db", "-n", cluster.Namespace, "--port=80");
        var (web, database) = (await AddressAsync("web"), await AddressAsync("between-db"));
        var service = await Cluster.KubectlAsync("get", "service", "between-db", "-n", cluster.Namespace, "-o", "jsonpath={.spec.clusterIP}");
        await NodeOfAsync("web");
        string[] translate = ["PREROUTING", "-s", web, "-d", service, "-j", "DNAT", "--to-destination", database];
        string[] drop = ["FORWARD", "-s", web, "-d", database, "-p", "icmp", "-j", "DROP"];
        await ShellAsync("between-node", ["iptables", "-t", "nat", "-I", .. translate]);
        try
        {
            using var scope = Between("web", "svc/between-db");
            await SeenAsync(scope, service);
            await OnAsync("web", "sh", "-c", $"nc -w 1 {service} 80 < /dev/null; true");
            await scope.PrintsAsync("RST ACK");
            await ShellAsync("between-node", ["iptables", "-I", .. drop]);
            await OnAsync("web", "sh", "-c", $"ping -c 1 -W 1 {service}; true");
            await scope.PrintsAsync("\"event\":\"lost\"");
            scope.Signal(Interrupt);
            var result = await scope.EndAsync();

            Assert.True(result.ExitCode == 1, result.ToString());
            var lost = Events(result).Where(one => one.GetProperty("event").ValueEquals("lost")).ToArray();
            Assert.All(lost, one => Assert.StartsWith("echo request", one.GetProperty("info").GetString()));
            Assert.Equal(service, lost[0].GetProperty("destination").GetProperty("address").GetString());
            Assert.Contains(Events(result), one => one.GetProperty("event").ValueEquals("arrived") && one.GetProperty("info").GetString()!.StartsWith("[RST ACK]", StringComparison.Ordinal));
        }
        finally
        {
            await cluster.ScopeAsync("between-node", ["shell", "iptables", "-D", .. drop]);
            await cluster.ScopeAsync("between-node", ["shell", "iptables", "-t", "nat", "-D", .. translate]);
        }
    }

    /// <summary>A pod <c>between-node</c> in the network of a pod's node.</summary>
    private async Task NodeOfAsync(string pod)
    {
        var node = (await cluster.PodAsync(pod)).GetProperty("spec").GetProperty("nodeName").GetString();
        await Cluster.KubectlAsync(
            "run", "between-node", "-n", cluster.Namespace, "--image=endoscope-lab/busybox:1", "--image-pull-policy=IfNotPresent", "--restart=Never",
            $$"""--overrides={"spec":{"nodeName":"{{node}}","hostNetwork":true,"terminationGracePeriodSeconds":1} }""");
        await Cluster.KubectlAsync("wait", "-n", cluster.Namespace, "--for=condition=Ready", "--timeout=60s", "pod/between-node");
    }

    private Command Between(string first, string second) => Command.Start(
        "env", "--default-signal", Cluster.Scope, "-n", cluster.Namespace, "-o", "json", "capture", "--between", first, second);

    private Task SeenAsync(Command scope, string address) => Cluster.UntilAsync(
        () => $"a ping seen; there was:\n{scope.OutputSoFar}",
        Patience,
        async () =>
        {
            await OnAsync("web", "sh", "-c", $"ping -c 1 -W 1 {address}; true");
            return scope.OutputSoFar.Contains("\"event\":\"arrived\"", StringComparison.Ordinal);
        });

    private async Task ShellAsync(string pod, params string[] command)
    {
        var result = await cluster.ScopeAsync(pod, ["shell", .. command]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private async Task<string> AddressAsync(string pod) => (await cluster.PodAsync(pod)).GetProperty("status").GetProperty("podIP").GetString()!;

    private Task<string> OnAsync(string pod, params string[] command) => Cluster.KubectlAsync(["exec", "-n", cluster.Namespace, pod, "--", .. command]);

    private static JsonElement[] Events(CommandResult result) => [.. result.Lines.Select(line => JsonDocument.Parse(line).RootElement)];

    private static long Count(JsonElement[] events, int direction, string what) =>
        events[^1].GetProperty("directions")[direction].GetProperty("packets").GetProperty(what).GetInt64();
}

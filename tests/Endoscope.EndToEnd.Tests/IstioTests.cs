using System.Text;

namespace Endoscope.EndToEnd.Tests;

/// <summary>
/// The sidecar's redirect, made of the rules that Istio makes, by both kinds of iptables, with other rules around the jump: whatever ends
/// a command, the rules are afterwards what they were.
/// </summary>
public sealed class IstioTests(Cluster cluster)
{
    private const int Interrupt = 2;
    private const int Kill = 9;

    private const string Rules =
        """
        set -e
        t="$1 -w -t nat"
        for chain in ISTIO_INBOUND ISTIO_REDIRECT ISTIO_IN_REDIRECT ISTIO_OUTPUT; do $t -N $chain; done
        $t -A ISTIO_INBOUND -p tcp --dport 15008 -j RETURN
        $t -A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001
        $t -A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006
        $t -A PREROUTING -p tcp -j ISTIO_INBOUND
        for port in 15090 15021 15020; do $t -A ISTIO_INBOUND -p tcp --dport $port -j RETURN; done
        $t -A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT
        $t -A OUTPUT -d 192.0.2.1 -j RETURN
        $t -A OUTPUT -p tcp -j ISTIO_OUTPUT
        $t -A OUTPUT -d 192.0.2.2 -j RETURN
        $t -A ISTIO_OUTPUT -s 127.0.0.6/32 -o lo -j RETURN
        for owner in uid gid; do
          $t -A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo -p tcp ! --dport 15008 -m owner --$owner-owner 1337 -j ISTIO_IN_REDIRECT
          $t -A ISTIO_OUTPUT -o lo -m owner ! --$owner-owner 1337 -j RETURN
          $t -A ISTIO_OUTPUT -m owner --$owner-owner 1337 -j RETURN
        done
        $t -A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN
        $t -A ISTIO_OUTPUT -j ISTIO_REDIRECT
        """;

    [ClusterFact]
    public Task OpensUntilItIsClosedWithLegacyIptables() => OpensUntilItIsClosedAsync("istio-legacy", "iptables-legacy");

    [ClusterFact]
    public Task OpensUntilItIsClosedWithNft() => OpensUntilItIsClosedAsync("istio-nft", "iptables-nft");

    [ClusterFact]
    public async Task IsOpenOnlyWhileACommandRuns()
    {
        var target = await RedirectedTargetAsync("istio-command", "iptables-legacy");
        var before = await RulesAsync(target);
        var address = await AddressAsync();

        var done = await cluster.ScopeAsync(target, "istio", "--", "nc", "-z", "-w", "5", address, "8080");
        var failed = await cluster.ScopeAsync(target, "istio", "--", "sh", "-c", "exit 42");
        var missing = await cluster.ScopeAsync(target, "istio", "--", "no-such-tool");

        Assert.Equal((0, 42, 127), (done.ExitCode, failed.ExitCode, missing.ExitCode));
        Assert.Equal(before, await RulesAsync(target));
        Assert.Equal(1, (await cluster.ScopeAsync(target, "shell", "--", "nc", "-z", "-w", "5", address, "8080")).ExitCode);
    }

    [ClusterFact]
    public async Task IsClosedAgainWhenTheCommandIsInterrupted()
    {
        var target = await RedirectedTargetAsync("istio-interrupt", "iptables-nft");
        var before = await RulesAsync(target);
        using var scope = cluster.StartScope(target, "istio", "--", "sh", "-c", "echo open; sleep 1000");
        await IsOpenAsync(target, scope);

        scope.Signal(Interrupt);
        await scope.EndAsync();

        await HasRulesAsync(target, before, TimeSpan.FromSeconds(30));
    }

    [ClusterFact]
    public async Task IsClosedAgainWhenTheClientIsKilled()
    {
        var target = await RedirectedTargetAsync("istio-kill", "iptables-legacy");
        var before = await RulesAsync(target);
        using var scope = cluster.StartScope(target, "istio", "--", "sh", "-c", "trap '' TERM HUP INT; echo open; sleep 1000");
        await IsOpenAsync(target, scope);

        scope.Signal(Kill);

        await HasRulesAsync(target, before, TimeSpan.FromSeconds(90));
    }

    [ClusterFact]
    public async Task IsClosedAgainWhenTheAgentIsKilled()
    {
        var target = await RedirectedTargetAsync("istio-agent", "iptables-nft");
        var before = await RulesAsync(target);
        using var scope = cluster.StartScope(target, "istio", "--", "sh", "-c", "echo open; sleep 1000");
        await IsOpenAsync(target, scope);

        await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, $"debug-{target}", "--", "pkill", "-9", "-fx", "/usr/bin/endoscope-agent session istio");
        await scope.EndAsync();

        await HasRulesAsync(target, before, TimeSpan.FromSeconds(30));
    }

    [ClusterFact]
    public async Task IsClosedAgainWhenTheDebugPodIsDeleted()
    {
        var target = await RedirectedTargetAsync("istio-delete", "iptables-legacy");
        var before = await RulesAsync(target);
        using var scope = cluster.StartScope(target, "istio", "--", "sh", "-c", "echo open; sleep 1000");
        await IsOpenAsync(target, scope);

        await Cluster.KubectlAsync("delete", "pod", "-n", cluster.Namespace, $"debug-{target}");
        await scope.EndAsync();

        await HasRulesAsync(target, before, TimeSpan.FromSeconds(30));
    }

    [ClusterFact]
    public async Task SaysPlainlyWhatItDoesNotOpen()
    {
        var ambient = await cluster.TargetAsync("istio-ambient");
        Assert.Contains("no rules of Istio", (await cluster.ScopeAsync(ambient, "istio")).Stdout);

        await ShellAsync(ambient, "iptables-nft -t nat -N ISTIO_OUTPUT; iptables-nft -t nat -N ISTIO_PRERT; iptables-nft -t nat -A OUTPUT -j ISTIO_OUTPUT");
        var status = await cluster.ScopeAsync(ambient, "istio", "status");
        var open = await cluster.ScopeAsync(ambient, "istio", "open");

        Assert.Contains("is in ambient mode", status.Stdout);
        Assert.Equal(3, open.ExitCode);
        Assert.Contains("istio.io/dataplane-mode=none", open.Stderr);
    }

    private async Task OpensUntilItIsClosedAsync(string name, string tool)
    {
        var target = await RedirectedTargetAsync(name, tool);
        var before = await RulesAsync(target);
        var address = await AddressAsync();

        var open = await cluster.ScopeAsync(target, "-o", "json", "istio", "open");
        var past = await cluster.ScopeAsync(target, "shell", "--", "nc", "-z", "-w", "5", address, "8080");
        var close = await cluster.ScopeAsync(target, "istio", "close");

        Assert.Contains("\"state\": \"open\"", open.Stdout);
        Assert.Equal(0, past.ExitCode);
        Assert.Matches($@"is redirected(.|\n)*{tool} +redirected +2  -p tcp -j ISTIO_OUTPUT", close.Stdout);
        Assert.Equal(before, await RulesAsync(target));
    }

    private async Task<string> RedirectedTargetAsync(string name, string tool)
    {
        var target = await cluster.TargetAsync(name);
        var made = await cluster.ScopeAsync(target, ["shell", "--", "bash", "-s", tool], Encoding.UTF8.GetBytes(Rules));
        Assert.True(made.ExitCode == 0, made.ToString());
        return target;
    }

    private async Task<string> AddressAsync() => (await cluster.PodAsync("web")).GetProperty("status").GetProperty("podIP").GetString()!;

    private Task<string> RulesAsync(string target) => ShellAsync(target, "for tool in iptables-legacy iptables-nft; do echo $tool; $tool -t nat -S; done");

    private async Task IsOpenAsync(string target, Command scope)
    {
        await Cluster.UntilAsync("command running", TimeSpan.FromSeconds(60), () => Task.FromResult(scope.OutputSoFar.Contains("open", StringComparison.Ordinal)));
        Assert.Contains("SCOPE_OPEN_2", await RulesAsync(target));
    }

    private Task HasRulesAsync(string target, string rules, TimeSpan limit) => Cluster.UntilAsync("rules as before", limit, async () => await RulesAsync(target) == rules);

    private async Task<string> ShellAsync(string target, string script)
    {
        var result = await cluster.ScopeAsync(target, "shell", "--", "sh", "-c", script);
        return result.ExitCode == 0 ? result.Stdout : throw new InvalidOperationException(result.ToString());
    }
}

using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

public sealed class PingTests(Cluster cluster)
{
    [ClusterFact]
    public async Task PrintsALineAnAnswerAndASummary()
    {
        var result = await cluster.ScopeAsync("static", "ping", "-d", "web", "-c", "3", "-i", "0.2");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(3, result.Lines.Count(line => line.StartsWith("web ", StringComparison.Ordinal) && line.Contains(" time=", StringComparison.Ordinal)));
        Assert.Matches(@"(?m)^POD\s+ADDRESS\s+NODE\s+SENT\s+RECEIVED\s+LOSS\s+MIN ms\s+MEDIAN\s+P95\s+MAX\s+JITTER$", result.Stdout);
        Assert.Matches(@"(?m)^web\s+[0-9.]+\s+\S+\s+3\s+3\s+0%", result.Stdout);
    }

    [ClusterFact]
    public async Task CountsAnAnswerOfEveryPodOfTheNamespace()
    {
        var result = await cluster.ScopeAsync("static", "-o", "json", "ping", "-a", "-c", "2", "-i", "0.2");

        var destinations = Document(result).GetProperty("destinations").EnumerateArray().ToDictionary(destination => destination.GetProperty("name").GetString()!);
        Assert.DoesNotContain("static", destinations.Keys);
        Assert.DoesNotContain("finished", destinations.Keys);
        Assert.DoesNotContain("debug-static", destinations.Keys);
        Assert.Equal(2, destinations["web"].GetProperty("counts").GetProperty("received").GetInt32());
        Assert.True(destinations["web"].GetProperty("roundTrip").GetProperty("medianMilliseconds").GetDouble() > 0);
        Assert.False(destinations["nowhere"].TryGetProperty("address", out var address) && address.ValueKind != JsonValueKind.Null);
    }

    [ClusterFact]
    public async Task SaysThatAPodIsUnreachable()
    {
        await using var silent = await SilentPod.StartAsync(cluster, "silent");

        var result = await cluster.ScopeAsync("static", "ping", "-d", "silent", "-c", "2", "-i", "0.2");

        Assert.Equal(1, result.ExitCode);
        Assert.Matches(@"(?m)^silent\s+[0-9.]+\s+\S+\s+2\s+0\s+100%", result.Stdout);
        Assert.Contains("timed out", result.Stdout);
    }

    [ClusterFact]
    public async Task PingsFromThePodOfACrashLoopingContainer()
    {
        var result = await cluster.ScopeAsync("looping", "ping", "-d", "web", "-c", "2", "-i", "0.2");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("entering the pod's network", result.Stderr);
    }

    [ClusterFact]
    public async Task PingsNodesToo()
    {
        var result = await cluster.ScopeAsync("static", "-o", "json", "ping", "-d", "web", "-H", "-c", "1");

        Assert.Equal(["pod", "node"], Document(result).GetProperty("destinations").EnumerateArray().Select(destination => destination.GetProperty("kind").GetString()));
    }

    [ClusterFact]
    public async Task FollowsPodsThatComeAndGo()
    {
        using var scope = cluster.StartScope("static", "-o", "json", "ping", "-a", "-c0", "-i", "0.2");
        await Cluster.UntilAsync("debug pod running", TimeSpan.FromSeconds(30), async () => (await cluster.PodsAsync("debug-static")).Length > 0);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        await cluster.TargetAsync("late");
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await Cluster.KubectlAsync("delete", "pod", "-n", cluster.Namespace, "late", "--wait=true", "--timeout=40s");

        scope.Signal(2);
        var result = await scope.EndAsync();
        Assert.True(result.ExitCode is 0 or 1, result.ToString());
        var lines = result.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var summary = Assert.Single(lines, line => line.GetProperty("type").GetString() == "summary");
        var late = Assert.Single(
            summary.GetProperty("destinations").EnumerateArray(), destination => destination.GetProperty("name").GetString() == "late");
        Assert.Equal("gone", late.GetProperty("state").GetString());
        Assert.True(late.GetProperty("counts").GetProperty("received").GetInt32() > 2, late.ToString());
    }

    [ClusterFact]
    public async Task RefusesWhatMakesNoSense()
    {
        Assert.Equal(2, (await cluster.ScopeAsync("static", "ping")).ExitCode);
        Assert.Equal(2, (await cluster.ScopeAsync("static", "ping", "-a", "-d", "web")).ExitCode);
        Assert.Equal(2, (await cluster.ScopeAsync("static", "ping", "-a", "-c", "-1")).ExitCode);
        Assert.Equal(2, (await cluster.ScopeAsync("static", "ping", "-a", "-i", "0")).ExitCode);
        Assert.Equal(3, (await cluster.ScopeAsync("static", "ping", "-d", "missing")).ExitCode);
    }

    private static JsonElement Document(CommandResult result) => JsonDocument.Parse(result.Stdout).RootElement;

    /// <summary>A pod that runs and answers no ping, made so from inside its own network, by the debug pod's own tools.</summary>
    private sealed class SilentPod : IAsyncDisposable
    {
        private readonly Cluster cluster;
        private readonly string name;

        private SilentPod(Cluster cluster, string name) => (this.cluster, this.name) = (cluster, name);

        public static async Task<SilentPod> StartAsync(Cluster cluster, string name)
        {
            await cluster.TargetAsync(name);
            var rule = await cluster.ScopeAsync(name, "shell", "iptables-legacy", "-A", "INPUT", "-p", "icmp", "-j", "DROP");
            Assert.True(rule.ExitCode == 0, rule.ToString());
            return new SilentPod(cluster, name);
        }

        public async ValueTask DisposeAsync() => await Cluster.KubectlAsync("delete", "pod", "-n", cluster.Namespace, name, "--wait=false");
    }
}

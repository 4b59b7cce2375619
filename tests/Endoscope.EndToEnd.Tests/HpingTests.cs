namespace Endoscope.EndToEnd.Tests;

public sealed class HpingTests(Cluster cluster)
{
    [ClusterFact]
    public async Task RunsTheLineOfTheFirstDocumentationAsPrinted()
    {
        var result = await Command.RunAsync(
            Cluster.Scope, ["-n", cluster.Namespace, "-shop", "-p", "web", "hping", "-N", cluster.Namespace, "-d", "static", "--", "-c", "1"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("1 packets transmitted, 1 packets received", result.Stderr);
    }

    [ClusterFact]
    public async Task PassesTheExitCodeOn()
    {
        // SYN and ACK, 0x12, is what an open port answers.
        var result = await cluster.ScopeAsync("web", "hping", "-d", "static", "-c", "1", "--", "-S", "-p", "8080", "--tcpexitcode");

        Assert.Equal(18, result.ExitCode);
        Assert.Contains("flags=SA", result.Stdout);
    }

    [ClusterFact]
    public async Task ShowsRepliesAsTheyComeAndStatisticsWhenInterrupted()
    {
        await using var window = await TerminalWindow.OpenAsync(120, 24);

        await window.TypeAsync($"clear; {Cluster.Scope} -n {cluster.Namespace} -p web hping -d static -c 0 -- -S -p 8080; echo code $?");
        await window.ShowsAsync(@"flags=SA seq=1\b");
        await window.KeyAsync("C-c");

        var screen = await window.ShowsAsync("^code 0$");
        Assert.Contains("packets transmitted", screen);
        Assert.Contains("round-trip min/avg/max", screen);
    }

    [ClusterFact]
    public async Task FloodsOnlyWhenTheUserAgrees()
    {
        await using var window = await TerminalWindow.OpenAsync(160, 24);

        await window.TypeAsync($"clear; {Cluster.Scope} -n {cluster.Namespace} -p web hping -d static -- --flood; echo code $?");
        await window.ShowsAsync(@"Go on\? \[y/N\]");
        await window.TypeAsync("n");

        await window.ShowsAsync("error: not flooded(.|\n)*^code 2$");
    }

    [ClusterFact]
    public async Task EndsAFloodByItself()
    {
        // A target of its own and a fifth of a processor: other tests need the rest.
        var target = await cluster.TargetAsync("flooding");
        var result = await cluster.ScopeAsync(target, "--limits", "cpu=200m", "hping", "-d", target, "--yes", "--", "--flood", "-S", "-p", "8080");

        Assert.Contains("hping in flood mode", result.Stderr);
        Assert.Matches(@"\d{3,} packets transmitted", result.Stderr);
    }

    [ClusterFact]
    public async Task SaysThatThereIsNoSuchPod()
    {
        var result = await cluster.ScopeAsync("web", "hping", "-d", "no-such-pod");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("there is no pod 'no-such-pod'", result.Stderr);
    }
}

using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

public sealed class StraceTests(Cluster cluster)
{
    private const int Interrupt = 2;
    private const int Kill = 9;

    [ClusterFact]
    public async Task ShowsTheCallsOfAllThreadsLiveAndLetsThemGoOn()
    {
        var target = await cluster.WorkerAsync("strace-live", "dynamic", "threads", "16");
        using var scope = cluster.StartScope(target, "strace", "-e", "trace=getppid");

        await scope.PrintsAsync(@"^\d+ +getppid\(\) += 0$");
        await Cluster.UntilAsync(
            "calls of 16 threads", TimeSpan.FromSeconds(60), () => Task.FromResult(Callers(scope.OutputSoFar).Length >= 16));
        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Matches(@"(?m)^scope: strace of process \d+ \(1 in container strace-live\): /dynamic/worker threads 16$", result.Stderr);
        Assert.Matches(@"(?m)^strace: Process \d+ detached$", result.Stderr);
        Assert.DoesNotContain("not permitted", result.Stderr);
        Assert.All(result.Lines.SkipLast(1), line => Assert.Contains("getppid", line));
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task FollowsChildrenUnlessToldNotTo()
    {
        var target = await cluster.WorkerAsync("strace-follow", "static", "bomb", "30");
        using var follow = cluster.StartScope(target, "strace", "-e", "trace=exit_group");
        await Cluster.UntilAsync("ends of 30 children", TimeSpan.FromSeconds(60), () => Task.FromResult(Callers(follow.OutputSoFar).Length >= 30));
        follow.Signal(Interrupt);
        await follow.EndAsync();

        using var alone = cluster.StartScope(target, "strace", "--no-follow", "-p", "worker", "-e", "trace=all");
        await alone.PrintsAsync("accept");
        alone.Signal(Interrupt);
        var result = await alone.EndAsync();

        Assert.DoesNotContain("exit_group", result.Stdout);
        Assert.Single(result.Stderr.Split('\n'), line => line.EndsWith(" attached", StringComparison.Ordinal));
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task TakesAProcessByEachOfItsThreeNames()
    {
        var target = await cluster.TargetAsync("strace-web");
        var httpd = (await cluster.ProcessesAsync(target)).Single(process => process.GetProperty("name").GetString() == "httpd");
        var onNode = httpd.GetProperty("pid").GetInt32();
        var inContainer = httpd.GetProperty("containerPid").GetInt32();

        foreach (var name in (string[])[$"{onNode}", $"{inContainer}", "httpd", "http*"])
        {
            var result = await cluster.ScopeAsync(target, "strace", "-p", name, "--", "-V");

            Assert.True(result.ExitCode == 0, result.ToString());
            Assert.Contains($"scope: strace of process {onNode} ({inContainer} in container {target}): httpd ", result.Stderr);
        }
    }

    [ClusterFact]
    public async Task SummarizesSeveralProcessesWhenInterrupted()
    {
        var target = await cluster.WorkerAsync("strace-summary", "musl", "threads", "4");
        using var scope = cluster.StartScope(target, "strace", "-p", "1", "-p", "worker", "--", "-c", "-S", "calls");
        var pid = (await cluster.ProcessesAsync(target))[0].GetProperty("pid").GetInt32();
        await Cluster.UntilAsync(
            "strace at work",
            TimeSpan.FromSeconds(60),
            async () => (await cluster.ScopeAsync(target, "shell", "grep", "-q", "^TracerPid:.*[1-9]", $"/proc/{pid}/status")).ExitCode == 0);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);

        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Matches(@"(?m)^% time\s+seconds\s+usecs/call\s+calls\s+errors\s+syscall$", result.Stdout);
        Assert.Matches(@"(?m)\s[1-9]\d* +getppid$", result.Stdout);
        Assert.Single(result.Stderr.Split('\n'), line => line.StartsWith("scope: strace of process", StringComparison.Ordinal));
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task NamesTheTracerThatIsThereAlready()
    {
        var target = await cluster.WorkerAsync("strace-twice", "dynamic", "threads", "2");
        using var first = cluster.StartScope(target, "strace");
        await first.PrintsAsync("getppid");

        var second = await cluster.ScopeAsync(target, "strace");

        Assert.Equal(3, second.ExitCode);
        Assert.Matches(@"^scope: error: process \d+ \(worker\) is already traced by process \d+ \(strace\); a process has one tracer at a time\n$", second.Stderr);
        Assert.Empty(second.Stdout);
    }

    [ClusterFact]
    public async Task ATargetGoesOnWhenTheClientIsKilled()
    {
        var target = await cluster.WorkerAsync("strace-goes-on", "dynamic", "threads", "8");
        using var scope = cluster.StartScope(target, "strace");
        await scope.PrintsAsync("getppid");

        scope.Signal(Kill);

        await cluster.WorkerGoesOnAsync(target);
        await Cluster.UntilAsync(
            "nothing traces the target any more", TimeSpan.FromSeconds(90), async () => (await cluster.ScopeAsync(target, "strace", "--", "-V")).ExitCode == 0);
    }

    [ClusterFact]
    public async Task ATargetGoesOnWhenNobodyReadsOn()
    {
        var target = await cluster.WorkerAsync("strace-goes-on", "dynamic", "threads", "8");

        var result = await Command.RunAsync("bash", ["-c", $"'{Cluster.Scope}' -n {cluster.Namespace} -p {target} strace | head -n 3; exit ${{PIPESTATUS[0]}}"]);

        Assert.Equal(141, result.ExitCode);
        Assert.Equal(3, result.Lines.Length);
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task EndsWithItsTarget()
    {
        var target = await cluster.TargetAsync("strace-web");
        await cluster.ScopeAsync(target, "launch");
        using var brief = Command.Start("kubectl", "exec", "-n", cluster.Namespace, target, "--", "timeout", "20", "sleep", "3333");
        await Cluster.UntilAsync(
            "the brief process", TimeSpan.FromSeconds(20), async () => (await cluster.ProcessesAsync(target)).Any(process => process.GetProperty("name").GetString() == "timeout"));

        var result = await cluster.ScopeAsync(target, "strace", "-p", "timeout");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("+++ exited with ", result.Stdout);
    }

    [ClusterFact]
    public async Task PassesOnWhatStraceRefuses()
    {
        var result = await cluster.ScopeAsync("web", "strace", "-e", "no_such_call");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("strace: invalid system call 'no_such_call'", result.Stderr);
        Assert.Empty(result.Stdout);
    }

    [ClusterFact]
    public async Task SaysWhichProcessesThereAre()
    {
        var result = await cluster.ScopeAsync("web", "strace", "-p", "nginx");

        Assert.Equal(3, result.ExitCode);
        Assert.Matches(@"^scope: error: no process of the container is 'nginx'; there are \d+ \(sh\), .*\d+ \(httpd\).*\nscope: hint: scope pids ", result.Stderr);
    }

    [ClusterFact]
    public async Task NeedsNoMoreThanToTraceAndToLetGo()
    {
        var target = await cluster.TargetAsync("strace-least");
        await cluster.ScopeAsync(target, "strace", "--", "-V");

        var container = (await cluster.PodAsync($"debug-{target}")).GetProperty("spec").GetProperty("containers")[0];
        var added = container.GetProperty("securityContext").GetProperty("capabilities").GetProperty("add");
        Assert.Equal(["KILL", "SYS_PTRACE"], added.EnumerateArray().Select(capability => capability.GetString()));
    }

    // The distinct process numbers before the calls.
    private static string[] Callers(string output) =>
        [.. output.Split('\n').Where(line => line.Contains('(')).Select(line => line.Split(' ')[0]).Distinct()];
}

using System.Diagnostics;

namespace Endoscope.EndToEnd.Tests;

/// <summary>Quality rows 22 and 23: however the client ends, nothing of it stays.</summary>
public sealed class SignalTests(Cluster cluster)
{
    private const int HangUp = 1;
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    [ClusterFact]
    public async Task EndsWithinSecondsWhenInterruptedAndTerminatesAsAsked()
    {
        var target = await cluster.TargetAsync("signal-interrupt");
        using var scope = cluster.StartScope(target, "--terminate", "shell", "sleep", "1234");
        await SleepIsAsync(target, "1234", running: true, TimeSpan.FromSeconds(30));
        var clock = Stopwatch.StartNew();

        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task ItsExitCodeTellsTheSignal()
    {
        var target = await cluster.TargetAsync("signal-code");
        foreach (var (signal, exitCode) in ((int, int)[])[(HangUp, 129), (Terminate, 143)])
        {
            using var scope = cluster.StartScope(target, "shell", "sleep", "2345");
            await SleepIsAsync(target, "2345", running: true, TimeSpan.FromSeconds(60));

            scope.Signal(signal);

            Assert.Equal(exitCode, (await scope.EndAsync()).ExitCode);
            await SleepIsAsync(target, "2345", running: false, TimeSpan.FromSeconds(20));
        }
    }

    [ClusterFact]
    public async Task LeavesNothingWhenEndedWhileTheDebugPodIsBeingCreated()
    {
        var target = await cluster.TargetAsync("signal-creating");
        using var scope = cluster.StartScope(target, "-i", "endoscope-lab/slow-image:1", "--timeout", "60s", "launch");
        await Cluster.UntilAsync("debug pod created", TimeSpan.FromSeconds(20), async () => (await cluster.PodsAsync($"debug-{target}")).Length == 1);

        scope.Signal(Terminate);
        var result = await scope.EndAsync();

        Assert.True(result.ExitCode is 143 or 3, result.ToString());
        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task LeavesNothingWheneverItIsInterrupted()
    {
        var target = await cluster.TargetAsync("signal-whenever");
        foreach (var delay in (int[])[20, 80, 150, 250, 400, 700, 1200])
        {
            using var scope = cluster.StartScope(target, "--terminate", "shell", "sleep", "3456");
            await Task.Delay(delay, TestContext.Current.CancellationToken);
            var clock = Stopwatch.StartNew();

            scope.Signal(Interrupt);
            var result = await scope.EndAsync();

            // Before it has taken the signals into its hands the system ends it.
            Assert.True(result.ExitCode is 130, $"after {delay} ms: {result}");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"after {delay} ms: took {clock.Elapsed}");
        }

        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task EndsTheToolWhenTheClientIsKilledAndTheDebugPodWhenItIsIdle()
    {
        var target = await cluster.TargetAsync("signal-kill");
        using var scope = cluster.StartScope(target, "--idle", "10s", "shell", "sleep", "4321");
        await SleepIsAsync(target, "4321", running: true, TimeSpan.FromSeconds(30));

        scope.Signal(Kill);

        await SleepIsAsync(target, "4321", running: false, TimeSpan.FromSeconds(90));
        await cluster.DebugPodEndsByItselfAsync(target);
    }

    [ClusterFact]
    public async Task TheDebugPodEndsByItselfWhenTheClientIsKilledWhileItIsBeingCreated()
    {
        var target = await cluster.TargetAsync("signal-orphan");
        using var scope = cluster.StartScope(target, "--idle", "5s", "shell", "sleep", "5432");
        await Cluster.UntilAsync("debug pod created", TimeSpan.FromSeconds(30), async () => (await cluster.PodsAsync($"debug-{target}")).Length == 1);

        scope.Signal(Kill);

        await cluster.DebugPodEndsByItselfAsync(target);
    }

    // Looks at all processes of the node, from the debug pod but not through scope.
    private Task SleepIsAsync(string target, string seconds, bool running, TimeSpan limit) =>
        Cluster.UntilAsync($"sleep {seconds} running: {running}", limit, async () =>
        {
            var found = await Command.RunAsync("kubectl", ["exec", "-n", cluster.Namespace, $"debug-{target}", "--", "pgrep", "-fx", $"sleep {seconds}"]);
            return found.ExitCode == (running ? 0 : 1);
        });
}

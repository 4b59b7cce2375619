namespace Endoscope.EndToEnd.Tests;

/// <summary>gdb on targets of all makes. Quality row 26: the target is never left stopped, however gdb is left.</summary>
public sealed class GdbTests(Cluster cluster)
{
    private const int Interrupt = 2;
    private const int Kill = 9;
    private const int Terminate = 15;

    // Every thread runs into it all the time, and it holds none: the hardest state in which to leave a target.
    private const string BusyBreakpoint = "break work if count == 0";

    private static readonly TimeSpan TimeToLetGo = TimeSpan.FromSeconds(90);

    [ClusterFact]
    public async Task FindsTheProgramsSymbolsInDynamicTargets() => await StopsInAFunctionAsync("dynamic");

    [ClusterFact]
    public async Task FindsTheProgramsSymbolsInMuslTargets() => await StopsInAFunctionAsync("musl");

    [ClusterFact]
    public async Task FindsTheProgramsSymbolsInStaticTargets() => await StopsInAFunctionAsync("static");

    [ClusterFact]
    public async Task FindsTheProgramsSymbolsInStaticTargetsAtAnyPlace() => await StopsInAFunctionAsync("static-pie");

    [ClusterFact]
    public async Task FindsTheLibrariesOfTheTargetsImage()
    {
        var target = await cluster.WorkerAsync("gdb-deadlock", "dynamic", "deadlock");

        var result = await cluster.ScopeAsync(target, "gdb", "--", "-batch", "-ex", "thread apply all bt", "-ex", "info sharedlibrary");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(2, Count(result.Stdout, @"(?m)in account_take \(account=.*(savings|current)>\) at lab/ledger\.c:\d+$"));
        Assert.Equal(2, Count(result.Stdout, @"(?m)in transfer \(reverse=.*\) at lab/worker\.c:\d+$"));
        Assert.Matches(@"(?m)Yes\s+/proc/\d+/root/dynamic/libledger\.so$", result.Stdout);
        Assert.Matches(@"(?m)/proc/\d+/root/lib/.*/libc\.so\.6$", result.Stdout);
    }

    [ClusterFact]
    public async Task WorksWithoutSymbolsToo()
    {
        var target = await cluster.WorkerAsync("gdb-stripped", "stripped", "threads", "2");

        var result = await cluster.ScopeAsync(target, "gdb", "--", "-batch", "-ex", "info threads", "-ex", "info sharedlibrary");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(3, Count(result.Stdout, @"(?m)^[* ] \d+\s+.*""worker"""));
        Assert.Matches(@"(?m)/proc/\d+/root/stripped/libledger\.so$", result.Stdout);
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task OpensAProgramThatOnlyItsUserMayReadAndOneThatHasBeenDeleted()
    {
        const string target = "gdb-private";
        await Cluster.KubectlAsync(
            "run", target, "-n", cluster.Namespace, "--image=endoscope-lab/busybox:1", "--image-pull-policy=IfNotPresent", "--restart=Never",
            "--overrides={\"spec\":{\"terminationGracePeriodSeconds\":1,\"securityContext\":{\"runAsUser\":1234}}}", "--command", "--", "sh", "-c",
            "umask 077; mkdir /tmp/own; for name in hidden replaced; do cp /bin/busybox /tmp/own/busybox-$name; chmod 500 /tmp/own/busybox-$name;"
            + " /tmp/own/busybox-$name sleep 3001 & done; sleep 1; rm /tmp/own/busybox-replaced; sleep 3002");
        await Cluster.UntilAsync(
            "the program deleted", TimeSpan.FromSeconds(60), async () => (await cluster.ScopeAsync(target, "pids")).Stdout.Contains("sleep 3002", StringComparison.Ordinal));

        var hidden = await cluster.ScopeAsync(target, "gdb", "-p", "busybox-hidden", "--", "-batch", "-ex", "info inferiors");
        var replaced = await cluster.ScopeAsync(target, "gdb", "-p", "busybox-replaced", "--", "-batch", "-ex", "info inferiors");

        Assert.Matches(@"(?m)/proc/\d+/root/tmp/own/busybox-hidden\s*$", hidden.Stdout);
        Assert.Matches(@"(?m)/proc/\d+/exe\s*$", replaced.Stdout);
    }

    [ClusterFact]
    public async Task RunsAScriptFromStandardInputAndPassesItsExitCodeOn()
    {
        var target = await cluster.WorkerAsync("gdb-static", "static", "threads", "4");

        var result = await cluster.ScopeAsync(target, ["gdb"], "print 6 * 7\nquit 5\n"u8.ToArray());

        Assert.Equal(5, result.ExitCode);
        Assert.Contains("$1 = 42\n", result.Stdout);
        await cluster.WorkerGoesOnAsync(target);
    }

    [ClusterFact]
    public async Task TakesOneProcessByItsName()
    {
        var target = await cluster.TargetAsync("gdb-web");
        var one = await cluster.ScopeAsync(target, "gdb", "-p", "httpd", "--", "-batch", "-ex", "info inferiors");
        var all = await cluster.ScopeAsync(target, "gdb", "-p", "*");

        Assert.Matches(@"(?m)^scope: gdb of process \d+ \(\d+ in container gdb-web\): httpd ", one.Stderr);
        Assert.Contains("/bin/busybox", one.Stdout);
        Assert.Equal(3, all.ExitCode);
        Assert.Matches(@"^scope: error: gdb attaches to one process, and \d+ were asked for: \d+ \(sh\), ", all.Stderr);
    }

    [ClusterFact]
    public async Task NamesTheTracerThatIsThereAlready()
    {
        var target = await cluster.WorkerAsync("gdb-twice", "dynamic", "threads", "2");
        using var first = cluster.StartScope(target, "strace");
        await first.PrintsAsync("getppid");

        var second = await cluster.ScopeAsync(target, "gdb", "--", "-batch");

        Assert.Equal(3, second.ExitCode);
        Assert.Matches(@"^scope: error: process \d+ \(worker\) is already traced by process \d+ \(strace\)", second.Stderr);
    }

    [ClusterFact]
    public async Task EndsWithItsTarget()
    {
        var target = await cluster.TargetAsync("gdb-web");
        await cluster.ScopeAsync(target, "launch");
        using var brief = Command.Start("kubectl", "exec", "-n", cluster.Namespace, target, "--", "timeout", "20", "sleep", "3333");
        await Cluster.UntilAsync(
            "the brief process", TimeSpan.FromSeconds(20), async () => (await cluster.ProcessesAsync(target)).Any(process => process.GetProperty("name").GetString() == "timeout"));

        var result = await cluster.ScopeAsync(target, "gdb", "-p", "timeout", "--", "-batch", "-ex", "continue");

        Assert.Matches(@"\[Inferior 1 \(process \d+\) exited ", result.Stdout);
    }

    [ClusterFact]
    public async Task NeedsNoMoreThanItNeeds()
    {
        var target = await cluster.TargetAsync("gdb-least");
        await cluster.ScopeAsync(target, "gdb", "--", "-batch");

        var container = (await cluster.PodAsync($"debug-{target}")).GetProperty("spec").GetProperty("containers")[0];
        var added = container.GetProperty("securityContext").GetProperty("capabilities").GetProperty("add");
        Assert.Equal(["DAC_OVERRIDE", "KILL", "SYS_PTRACE"], added.EnumerateArray().Select(capability => capability.GetString()));
    }

    [ClusterFact]
    public Task ATargetGoesOnWhenTheClientIsKilledAtThePrompt() => GoesOnAsync("gdb-goes-on", [], scope => scope.Signal(Kill));

    [ClusterFact]
    public Task ATargetGoesOnWhenTheClientIsKilledWhileItRunsIntoABreakpoint() =>
        GoesOnAsync("gdb-goes-on", ["-ex", BusyBreakpoint, "-ex", "continue"], scope => scope.Signal(Kill));

    [ClusterFact]
    public Task ATargetGoesOnWhenScopeIsInterrupted() =>
        GoesOnAsync("gdb-goes-on", ["-ex", BusyBreakpoint, "-ex", "continue"], scope => scope.Signal(Interrupt));

    [ClusterFact]
    public Task ATargetGoesOnWhenScopeIsTerminated() =>
        GoesOnAsync("gdb-goes-on", ["-ex", BusyBreakpoint, "-ex", "continue"], scope => scope.Signal(Terminate));

    [ClusterFact]
    public Task ATargetGoesOnWhenTheDebugPodIsDeleted() => GoesOnAsync(
        "gdb-delete",
        ["-ex", BusyBreakpoint, "-ex", "continue"],
        _ => Command.Start("kubectl", "delete", "pod", "-n", cluster.Namespace, "debug-gdb-delete", "--wait=false"));

    // gdb on a busy target, which then loses gdb in some way.
    private async Task GoesOnAsync(string name, string[] commands, Action<Command> leave)
    {
        var target = await cluster.WorkerAsync(name, "dynamic", "threads", "8");
        using var scope = cluster.StartScope(target, ["gdb", "--", .. commands]);
        await scope.PrintsAsync(commands.Length == 0 ? @"\(gdb\)" : "Continuing");
        await Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

        leave(scope);

        await Cluster.UntilAsync("nothing traces the target any more", TimeToLetGo, async () => (await cluster.ScopeAsync(target, "strace", "--", "-V")).ExitCode == 0);
        await cluster.WorkerGoesOnAsync(target);
        Assert.Equal(0, (await cluster.PodAsync(target)).GetProperty("status").GetProperty("containerStatuses")[0].GetProperty("restartCount").GetInt32());
        Assert.Equal("Running", (await cluster.PodAsync(target)).GetProperty("status").GetProperty("phase").GetString());
    }

    private async Task StopsInAFunctionAsync(string kind)
    {
        var target = await cluster.WorkerAsync($"gdb-{kind}", kind, "threads", "4");

        var result = await cluster.ScopeAsync(target, "gdb", "--", "-batch", "-ex", "break work", "-ex", "continue", "-ex", "bt", "-ex", "print threads");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(@"(?m)^#0  work \(count=.*<worked.*\) at lab/worker\.c:\d+$", result.Stdout);
        Assert.Matches(@"(?m)^#1  0x[0-9a-f]+ in worker \(count=.*\) at lab/worker\.c:\d+$", result.Stdout);
        Assert.Contains("$1 = 4\n", result.Stdout);
        await cluster.WorkerGoesOnAsync(target);
    }

    private static int Count(string text, string pattern) => System.Text.RegularExpressions.Regex.Count(text, pattern);
}

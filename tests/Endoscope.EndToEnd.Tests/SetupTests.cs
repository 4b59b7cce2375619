using System.Text;

namespace Endoscope.EndToEnd.Tests;

/// <summary>What scope setup makes lets its users look into pods, and nobody else.</summary>
public sealed class SetupTests(SetupTarget setup) : IClassFixture<SetupTarget>
{
    [ClusterFact]
    public async Task ItsUserLooksIntoAPodOfARestrictedNamespaceWithNoOtherRights()
    {
        var pids = await setup.ScopeAsync("-p", "web", "pids", "-q");
        var ping = await setup.ScopeAsync("-p", "web", "ping", "-d", "db", "-c", "1");
        var shell = await setup.ScopeAsync("-p", "web", "shell", "cat", "/etc/hostname");
        var list = await setup.ScopeAsync("list");
        var cleanup = await setup.ScopeAsync("-p", "all", "cleanup");
        var beside = await Command.RunAsync(Cluster.Scope, ["--as", "jane", "--as-group", setup.Group, "-n", setup.Targets, "-p", "web", "pids"]);

        Assert.Matches(@"^\d+\n$", pids.Stdout);
        Assert.True(ping.ExitCode == 0, ping.ToString());
        Assert.True(shell.ExitCode == 0, shell.ToString());
        Assert.Contains($"{setup.Targets}/web", list.Stdout, StringComparison.Ordinal);
        Assert.Equal(0, cleanup.ExitCode);
        Assert.Contains($"debug-{setup.Targets}-web\n", cleanup.Stdout, StringComparison.Ordinal);
        Assert.Empty(await Cluster.KubectlAsync("get", "pods", "-n", setup.DebugPods, "-o", "name"));
        Assert.Equal(3, beside.ExitCode);
    }

    [ClusterFact]
    public async Task ChangesNothingTheSecondTimeAndKubectlTakesWhatItPrints()
    {
        var again = await setup.SetupAsync("--apply");
        var printed = await setup.SetupAsync();

        Assert.All(again.Lines, line => Assert.EndsWith(" unchanged", line, StringComparison.Ordinal));
        await Cluster.KubectlAsync(Encoding.UTF8.GetBytes(printed.Stdout), "apply", "--server-side", "--field-manager=scope", "--dry-run=server", "-f", "-");
    }

    [ClusterFact]
    public async Task KeepsOutWhoMayExecIntoPodsByOtherRights()
    {
        await Cluster.NeedsServerAsync(30, "ValidatingAdmissionPolicy");
        await Cluster.KubectlAsync("create", "role", "execs", "-n", setup.DebugPods, "--verb=get,list,create", "--resource=pods,pods/exec");
        await Cluster.KubectlAsync("create", "rolebinding", "execs", "-n", setup.DebugPods, "--role=execs", "--user=mallory");
        await setup.ScopeAsync("-p", "web", "launch");
        var pod = $"debug-{setup.Targets}-web";

        // A policy takes a moment until it is in force.
        CommandResult exec = null!;
        await Cluster.UntilAsync(() => $"exec refused: {exec}", TimeSpan.FromSeconds(60), async () =>
            (exec = await setup.AsMalloryAsync("exec", pod, "--", "id")).ExitCode != 0);
        var run = await setup.AsMalloryAsync("run", "sneaky", "--image=endoscope-lab/busybox:1");
        var own = await setup.ScopeAsync("-p", "web", "pids", "-q");

        Assert.Contains("only users of scope may enter debug pods", exec.Stderr, StringComparison.Ordinal);
        Assert.Contains("only users of scope may make debug pods", run.Stderr, StringComparison.Ordinal);
        Assert.True(own.ExitCode == 0, own.ToString());
    }

    [ClusterFact]
    public async Task LetsItsUsersMakeNothingButDebugPods()
    {
        await Cluster.NeedsServerAsync(30, "ValidatingAdmissionPolicy");
        CommandResult other = null!;
        await Cluster.UntilAsync(() => $"other pod refused: {other}", TimeSpan.FromSeconds(60), async () =>
            (other = await Command.RunAsync("kubectl", ["--as", "jane", "--as-group", setup.Group, "run", "x", "-n", setup.DebugPods, "--image=endoscope-lab/busybox:1"])).ExitCode != 0);
        var privileged = await setup.ScopeAsync("--privileged", "-p", "web", "launch");

        Assert.Contains("this namespace is for debug pods of scope", other.Stderr, StringComparison.Ordinal);
        Assert.Equal(3, privileged.ExitCode);
        Assert.Contains("a debug pod is not privileged", privileged.Stderr, StringComparison.Ordinal);
    }

    [ClusterFact]
    public async Task SaysWhichRuleOfPodSecurityIsInTheWayBeforeAnythingIsMadeAndWhatWouldWork()
    {
        await Cluster.NeedsServerAsync(25, "Pod Security admission");

        var result = await Command.RunAsync(Cluster.Scope, ["-n", setup.Targets, "-p", "web", "pids"]);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("""violates PodSecurity "restricted:latest": host namespaces (hostPID=true)""", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("--mode ephemeral", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("--debug-namespace", result.Stderr, StringComparison.Ordinal);
        Assert.Equal(2, (await Cluster.KubectlAsync("get", "pods", "-n", setup.Targets, "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [ClusterFact]
    public async Task WorksWithNoRightButToGetPodsBesideTheTarget()
    {
        await Cluster.KubectlAsync("create", "role", "few", "-n", setup.Targets, "--verb=get", "--resource=pods");
        await Cluster.KubectlAsync("create", "rolebinding", "few", "-n", setup.Targets, "--role=few", "--user=few");
        await Cluster.KubectlAsync("create", "namespace", $"{setup.DebugPods}-2");
        await Cluster.KubectlAsync("create", "role", "few", "-n", $"{setup.DebugPods}-2", "--verb=list,watch,create,delete,get", "--resource=pods,pods/exec");
        await Cluster.KubectlAsync("create", "rolebinding", "few", "-n", $"{setup.DebugPods}-2", "--role=few", "--user=few");
        try
        {
            string[] few = ["--as", "few", "-n", setup.Targets, "--debug-namespace", $"{setup.DebugPods}-2"];
            await Cluster.UntilAsync("service account", TimeSpan.FromSeconds(30), async () => (await Cluster.KubectlAsync("get", "serviceaccount", "-n", $"{setup.DebugPods}-2", "-o", "name")).Length > 0);

            var pids = await Command.RunAsync(Cluster.Scope, [.. few, "-p", "web", "pids", "-q"]);
            var ping = await Command.RunAsync(Cluster.Scope, [.. few, "-p", "web", "ping", "-d", "db", "-c", "1"]);
            var list = await Command.RunAsync(Cluster.Scope, [.. few, "list"]);
            var one = await Command.RunAsync(Cluster.Scope, [.. few, "-p", "web", "cleanup"]);
            var all = await Command.RunAsync(Cluster.Scope, [.. few, "-p", "all", "cleanup"]);

            Assert.True(pids.ExitCode == 0, pids.ToString());
            Assert.True(ping.ExitCode == 0, ping.ToString());
            Assert.Equal(3, list.Lines.Length);
            Assert.Contains($"not allowed to list pods in namespace {setup.Targets}: only what is in {setup.DebugPods}-2 is looked at", list.Stderr, StringComparison.Ordinal);
            Assert.Equal((0, 2), (one.ExitCode, one.Lines.Length));
            Assert.Equal((0, ""), (all.ExitCode, all.Stdout));
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", $"{setup.DebugPods}-2", "--wait=false");
        }
    }
}

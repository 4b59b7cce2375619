using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

public sealed class LaunchTests(Cluster cluster)
{
    [ClusterFact]
    public async Task LeavesADebugPodThatTheNextCommandUses()
    {
        var target = await cluster.TargetAsync("launch-reuse");

        var first = await cluster.ScopeAsync(target, "launch");
        var second = await cluster.ScopeAsync(target, "launch", "-o", "json");

        Assert.Equal("debug-launch-reuse\n", first.Stdout);
        Assert.True(JsonDocument.Parse(second.Stdout).RootElement.GetProperty("reused").GetBoolean());
        Assert.Single(await cluster.PodsAsync("debug-launch-reuse"));
    }

    [ClusterFact]
    public async Task GivesTheDebugPodNoMoreThanItNeeds()
    {
        var target = await cluster.TargetAsync("launch-least");
        await cluster.ScopeAsync(target, "pids");

        var spec = (await cluster.PodAsync("debug-launch-least")).GetProperty("spec");
        var security = spec.GetProperty("containers")[0].GetProperty("securityContext");
        Assert.False(security.TryGetProperty("privileged", out _));
        Assert.False(security.GetProperty("capabilities").TryGetProperty("add", out _));
        Assert.Equal("ALL", security.GetProperty("capabilities").GetProperty("drop")[0].GetString());
        Assert.True(security.GetProperty("readOnlyRootFilesystem").GetBoolean());
        Assert.False(spec.GetProperty("automountServiceAccountToken").GetBoolean());
        Assert.Equal(3600, spec.GetProperty("activeDeadlineSeconds").GetInt32());
    }

    [ClusterFact]
    public async Task MakesAnotherWhereACommandNeedsMoreRights()
    {
        var target = await cluster.TargetAsync("launch-more");

        await cluster.ScopeAsync(target, "pids");
        var shell = await cluster.ScopeAsync(target, "shell", "true");

        Assert.Equal(0, shell.ExitCode);
        Assert.Equal(2, (await cluster.PodsAsync("debug-launch-more")).Length);
    }

    [ClusterFact]
    public async Task TerminatesTheDebugPodWhenAsked()
    {
        var target = await cluster.TargetAsync("launch-terminate");

        var result = await cluster.ScopeAsync(target, "--terminate", "pids", "-q");

        Assert.Equal(0, result.ExitCode);
        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task PrintsAManifestThatTheServerTakesAndCreatesNothing()
    {
        var target = await cluster.TargetAsync("launch-nothing");
        var result = await cluster.ScopeAsync(target, "launch", "--dry-run");
        var applied = await Command.RunAsync("kubectl", ["apply", "--dry-run=server", "-f", "-"], Encoding.UTF8.GetBytes(result.Stdout));

        Assert.True(applied.ExitCode == 0, applied.ToString());
        Assert.Contains($"pod/debug-{target}", applied.Stdout);
        Assert.Empty(await cluster.PodsAsync($"debug-{target}"));
    }

    [ClusterFact]
    public async Task SaysWithinSecondsThatTheImageCannotBeHadAndLeavesNothing()
    {
        var target = await cluster.TargetAsync("launch-nothing");
        var clock = Stopwatch.StartNew();

        var result = await cluster.ScopeAsync(target, "-i", "endoscope-lab/no-such-image:1", "launch");

        Assert.Equal(3, result.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
        Assert.Contains("scope: error: the debug pod debug-launch-nothing cannot run: ErrImagePull", result.Stderr);
        Assert.Contains("--image", result.Stderr);
        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task SaysThatAnImageNameIsInvalid()
    {
        var target = await cluster.TargetAsync("launch-nothing");

        var result = await cluster.ScopeAsync(target, "-i", "Not A Name", "launch");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("InvalidImageName", result.Stderr);
        await cluster.DebugPodsAreGoneAsync(target);
    }

    [ClusterFact]
    public async Task SaysAtOnceThatAQuotaIsUsedUp()
    {
        var target = await cluster.TargetAsync("launch-nothing");
        var full = $"{cluster.Namespace}-full";
        await Cluster.KubectlAsync("create", "namespace", full);
        await Cluster.KubectlAsync("create", "quota", "none", "-n", full, "--hard=pods=0");
        try
        {
            // A quota takes a moment until it is counted.
            await Cluster.UntilAsync("quota counted", TimeSpan.FromSeconds(30), async () => (await Cluster.KubectlAsync("get", "quota", "none", "-n", full, "-o", "jsonpath={.status.hard.pods}")) == "0");

            var result = await cluster.ScopeAsync(target, "--debug-namespace", full, "launch");

            Assert.Equal(3, result.ExitCode);
            Assert.Contains("exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0", result.Stderr);
            Assert.Empty(await Cluster.KubectlAsync("get", "pods", "-n", full, "-o", "name"));
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", full, "--wait=false");
        }
    }

    [ClusterFact]
    public async Task WorksTwiceAtOnceOnOneTarget()
    {
        var target = await cluster.TargetAsync("launch-twice");

        var results = await Task.WhenAll(cluster.ScopeAsync(target, "pids", "-q"), cluster.ScopeAsync(target, "pids", "-q"));

        Assert.All(results, result => Assert.True(result.ExitCode == 0, result.ToString()));
        Assert.Equal(results[0].Stdout, results[1].Stdout);
    }

    [ClusterFact]
    public async Task DoesNotUseAForgedDebugPod()
    {
        var target = await cluster.TargetAsync("launch-forged");
        await Cluster.KubectlAsync(
            "run", "debug-launch-forged", "-n", cluster.Namespace, "--image=endoscope-lab/busybox:1", "--image-pull-policy=IfNotPresent",
            "--labels=app.kubernetes.io/managed-by=scope,endoscope/target=launch-forged");

        var result = await cluster.ScopeAsync(target, "launch");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches("^debug-launch-forged-[0-9a-f]{5}\n$", result.Stdout);
    }

    [ClusterFact]
    public async Task SweepsWhatHasEndedByItself()
    {
        var target = await cluster.TargetAsync("launch-idle");
        await cluster.ScopeAsync(target, "--idle", "1s", "launch");
        await cluster.DebugPodEndsByItselfAsync(target);

        var result = await cluster.ScopeAsync(target, "launch");

        Assert.Equal(0, result.ExitCode);
        Assert.Single(await cluster.PodsAsync("debug-launch-idle"));
    }
}

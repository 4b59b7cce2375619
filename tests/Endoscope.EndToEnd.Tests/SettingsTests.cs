using System.Text;
using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

/// <summary>Debug pods made as settings and overrides want them, on a real API server, which fills in and rewrites much of a pod.</summary>
public sealed class SettingsTests(Cluster cluster)
{
    [ClusterFact]
    public async Task MakesTheDebugPodAsSettingsWantItAndUsesItAgain()
    {
        var target = await cluster.TargetAsync("settings-all");
        var overrides = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            overrides,
            """
            spec:
              dnsPolicy: Default
              containers:
              - name: endoscope
                env: [{name: TZ, value: UTC}]
                resources: {limits: {cpu: 1000m}}
            """,
            TestContext.Current.CancellationToken);
        string[] settings =
        [
            "--labels", "team=sre", "--annotations", "note=on call", "--tolerations", "dedicated=infra:NoExecute,node.kubernetes.io/not-ready:NoExecute",
            "--requests", "cpu=20m,memory=48Mi", "--limits", "cpu=1,memory=0.5Gi", "--deadline", "30m", "--overrides", overrides,
        ];
        try
        {
            var launched = await cluster.ScopeAsync(target, [.. settings, "launch"]);
            var reused = await cluster.ScopeAsync(target, [.. settings, "launch", "-o", "json"]);
            var pids = await cluster.ScopeAsync(target, [.. settings, "pids", "-q"]);
            var plain = await cluster.ScopeAsync(target, "launch");

            Assert.True(launched.ExitCode == 0, launched.ToString());
            Assert.True(JsonDocument.Parse(reused.Stdout).RootElement.GetProperty("reused").GetBoolean());
            Assert.True(pids.ExitCode == 0, pids.ToString());
            Assert.Matches("^debug-settings-all-[0-9a-f]{5}\n$", plain.Stdout);
            Assert.Equal(2, (await cluster.PodsAsync("debug-settings-all")).Length);
            var pod = await cluster.PodAsync("debug-settings-all");
            Assert.Equal("sre", pod.GetProperty("metadata").GetProperty("labels").GetProperty("team").GetString());
            Assert.Equal("on call", pod.GetProperty("metadata").GetProperty("annotations").GetProperty("note").GetString());
            Assert.Equal(("Default", 1800), (pod.GetProperty("spec").GetProperty("dnsPolicy").GetString(), pod.GetProperty("spec").GetProperty("activeDeadlineSeconds").GetInt32()));
            var container = pod.GetProperty("spec").GetProperty("containers")[0];
            Assert.Equal("48Mi", container.GetProperty("resources").GetProperty("requests").GetProperty("memory").GetString());
            Assert.Equal("1", container.GetProperty("resources").GetProperty("limits").GetProperty("cpu").GetString());
            Assert.Contains(container.GetProperty("env").EnumerateArray(), variable => variable.GetProperty("name").GetString() == "TZ");
        }
        finally
        {
            File.Delete(overrides);
        }
    }

    [ClusterFact]
    public async Task TheServerTakesTheManifestThatIsShown()
    {
        var target = await cluster.TargetAsync("settings-nothing");

        var shown = await cluster.ScopeAsync(target, "--labels", "team=sre", "--tolerations", "", "--limits", "", "launch", "--dry-run");
        var applied = await Command.RunAsync("kubectl", ["apply", "--dry-run=server", "-f", "-"], Encoding.UTF8.GetBytes(shown.Stdout));

        Assert.True(applied.ExitCode == 0, applied.ToString());
        Assert.Contains("team: sre", shown.Stdout);
    }

    [ClusterFact]
    public async Task SaysWhatTheClusterHasAgainstASettingAndLeavesNothing()
    {
        var target = await cluster.TargetAsync("settings-nothing");

        var result = await cluster.ScopeAsync(target, "--priority-class", "no-such-class", "launch");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("no-such-class", result.Stderr);
        Assert.Empty(await cluster.PodsAsync("debug-settings-nothing"));
    }
}

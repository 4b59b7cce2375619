using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

public sealed class CleanupTests(Cluster cluster)
{
    [ClusterFact]
    public async Task RemovesTheDebugPodsOfOneTargetAndWaitsUntilTheyAreGone()
    {
        var target = await cluster.TargetAsync("cleanup-one");
        await cluster.ScopeAsync(target, "launch");

        var result = await cluster.ScopeAsync(target, "cleanup");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal("debug-cleanup-one\n", result.Stdout);
        Assert.Empty(await cluster.PodsAsync("debug-cleanup-one"));
        Assert.Single(await cluster.PodsAsync("cleanup-one"));
    }

    [ClusterFact]
    public async Task IsDoneWhereThereIsNothingToRemove()
    {
        var result = await cluster.ScopeAsync("cleanup-none", "cleanup");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Stdout);
        Assert.Contains("there are no debug pods of cleanup-none", result.Stderr);
    }

    [ClusterFact]
    public async Task ListsWhatThereIsByWhomAndUntilWhen()
    {
        var target = await cluster.TargetAsync("cleanup-list");
        await cluster.ScopeAsync(target, "launch");

        var table = await cluster.ScopeAsync(target, "list");
        var everywhere = await Command.RunAsync(Cluster.Scope, ["-o", "json", "list", "--all-namespaces"]);

        Assert.Matches(@"(?m)^\S+\s+debug-cleanup-list\s+cleanup-list\s+\S+\s+Running\s+.+\S+@\S+", table.Stdout);
        Assert.Contains(
            JsonDocument.Parse(everywhere.Stdout).RootElement.GetProperty("items").EnumerateArray(),
            item => item.GetProperty("name").GetString() == "debug-cleanup-list" && item.GetProperty("namespace").GetString() == cluster.Namespace);
    }

    [ClusterFact]
    public async Task PutsDebugPodsIntoANamespaceOfTheirOwnAndRemovesThemThere()
    {
        var target = await cluster.TargetAsync("cleanup-elsewhere");
        var elsewhere = $"{cluster.Namespace}-debug";
        await Cluster.KubectlAsync("create", "namespace", elsewhere);
        try
        {
            // A namespace takes a moment until it has the account that pods run under.
            await Cluster.UntilAsync("service account", TimeSpan.FromSeconds(30), async () => (await Cluster.KubectlAsync("get", "serviceaccount", "-n", elsewhere, "-o", "name")).Length > 0);
            var pids = await cluster.ScopeAsync(target, "--debug-namespace", elsewhere, "pids", "-q");
            var found = await Cluster.KubectlAsync("get", "pods", "-n", elsewhere, "-o", "name");
            var cleanup = await cluster.ScopeAsync(target, "--debug-namespace", elsewhere, "cleanup");

            Assert.True(pids.ExitCode == 0, pids.ToString());
            Assert.Equal($"pod/debug-{cluster.Namespace}-{target}\n", found);
            Assert.True(cleanup.Stdout == $"debug-{cluster.Namespace}-{target}\n", cleanup.ToString());
            Assert.Empty(await cluster.PodsAsync($"debug-{target}"));
            Assert.Empty(await Cluster.KubectlAsync("get", "pods", "-n", elsewhere, "-o", "name"));
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", elsewhere, "--wait=false");
        }
    }

    [ClusterFact]
    public async Task SparesTheYoungOfAllNamespaces()
    {
        var target = await cluster.TargetAsync("cleanup-everywhere");
        await cluster.ScopeAsync(target, "launch");

        // Others use the cluster, too: nothing of theirs is a week old.
        var spared = await Command.RunAsync(Cluster.Scope, ["cleanup", "--all-namespaces", "--older-than", "7d"]);

        Assert.Equal((0, ""), (spared.ExitCode, spared.Stdout));
        Assert.Single(await cluster.PodsAsync("debug-cleanup-everywhere"));
    }

    [ClusterFact]
    public async Task IsDoneTheSecondTimeToo()
    {
        var target = await cluster.TargetAsync("cleanup-twice");
        await cluster.ScopeAsync(target, "launch");

        var both = await Task.WhenAll(cluster.ScopeAsync(target, "cleanup"), cluster.ScopeAsync(target, "cleanup"));
        var again = await cluster.ScopeAsync(target, "cleanup");

        Assert.All([.. both, again], result => Assert.True(result.ExitCode == 0, result.ToString()));
        Assert.Empty(await cluster.PodsAsync("debug-cleanup-twice"));
    }

    [ClusterFact]
    public async Task SparesWhatIsYoungerThanAsked()
    {
        var target = await cluster.TargetAsync("cleanup-young");
        await cluster.ScopeAsync(target, "launch");

        var result = await cluster.ScopeAsync(target, "cleanup", "--older-than", "1h");

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(result.Stdout);
        Assert.Single(await cluster.PodsAsync("debug-cleanup-young"));
    }
}

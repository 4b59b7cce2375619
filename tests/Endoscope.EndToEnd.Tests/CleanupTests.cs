namespace Endoscope.EndToEnd.Tests;

public sealed class CleanupTests(Cluster cluster)
{
    [ClusterFact]
    public async Task RemovesTheDebugPodsOfOneTargetAndWaitsUntilTheyAreGone()
    {
        var target = await cluster.NewTargetAsync("cleanup-one");
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
}

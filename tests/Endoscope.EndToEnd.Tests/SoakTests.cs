using Endoscope.Testing;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A short soak. It is told to take nobody else's processes and kubelets for its own.</summary>
public sealed class SoakTests
{
    private const int Rounds = 4;

    [ClusterFact(Minutes = 7)]
    public async Task LeavesNothingBehindAndHarmsNoTarget()
    {
        using var soak = Command.Start("env", $"SCOPE_BINARY={Cluster.Scope}", Path.Combine(Repository.Root, "bench/soak"), $"{Rounds}");

        var result = await soak.EndAsync(TimeSpan.FromMinutes(6));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal($"{Rounds} rounds, 0 faults", result.Lines[^1]);
    }
}

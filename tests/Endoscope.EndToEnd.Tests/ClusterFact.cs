using System.Runtime.CompilerServices;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A test that needs a real cluster; skipped, and said so, without one.</summary>
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = Cluster.Skip;
        SkipType = typeof(Cluster);
        SkipUnless = nameof(Cluster.IsThere);
        Timeout = 180_000;
    }

    /// <summary>How long the test may take, in minutes; three unless it says otherwise.</summary>
    public int Minutes
    {
        get => Timeout / 60_000;
        init => Timeout = value * 60_000;
    }
}

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
}

using System.Runtime.CompilerServices;

namespace Endoscope.Agent.Tests.Running;

/// <summary>A test that makes namespaces and control groups; skipped, and said so, where it may not.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        Skip = "needs root and a writable control group hierarchy";
        SkipType = typeof(TestContainer);
        SkipUnless = nameof(TestContainer.CanBeMade);
        Timeout = 60_000;
    }
}

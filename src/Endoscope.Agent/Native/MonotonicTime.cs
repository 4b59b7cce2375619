using System.Diagnostics;

namespace Endoscope.Agent.Native;

/// <summary>Points in time that no clock setting moves.</summary>
internal static class MonotonicTime
{
    /// <summary>The time since an arbitrary start.</summary>
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}

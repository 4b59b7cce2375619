using Endoscope.Agent.Native;

namespace Endoscope.Agent.Processes;

/// <summary>Turns ticks since boot into the node's wall clock.</summary>
internal readonly record struct StartTimes(DateTimeOffset Boot, long TicksPerSecond)
{
    /// <summary>Reads both clocks now; what the wall clock was set to meanwhile is in the result, as in ps(1).</summary>
    public static unsafe StartTimes Measure()
    {
        TimeSpec real, boot;
        _ = Libc.GetClock(ProcessFlags.ClockRealTime, &real);
        _ = Libc.GetClock(ProcessFlags.ClockBootTime, &boot);
        var sinceBoot = Duration(boot);
        return new StartTimes(DateTimeOffset.UnixEpoch + Duration(real) - sinceBoot, Libc.Configuration(ProcessFlags.ClockTicks));
    }

    public DateTimeOffset At(ulong ticks) => Boot + TimeSpan.FromTicks((long)(ticks * (ulong)(TimeSpan.TicksPerSecond / TicksPerSecond)));

    private static TimeSpan Duration(TimeSpec time) =>
        TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
}

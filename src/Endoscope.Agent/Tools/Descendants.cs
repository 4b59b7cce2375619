using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tools;

/// <summary>
/// What a tool leaves behind: the processes of its session and, where the agent adopts orphans, every process that
/// descends from it, whatever session it has made for itself.
/// </summary>
/// <param name="toolPid">The tool, which leads a session of its own number; 0 for none.</param>
/// <param name="toolStartTicks">When it started: a leader of that number that started otherwise is somebody else.</param>
/// <param name="adopted">Whether this process has called <see cref="Adopt"/>.</param>
/// <param name="spared">The tool's <see cref="Guard"/>, which is to outlive it; 0 for none.</param>
internal sealed unsafe class Descendants(ProcFileSystem proc, int toolPid, ulong toolStartTicks, bool adopted = false, int spared = 0)
{
    // A debugger told to end by SIGTERM while threads run into its breakpoints leaves some of them in the target, which dies of that;
    // a debugger that is killed leaves all of them. SIGHUP alone lets it finish what it is doing, detach and leave.
    private static readonly TimeSpan UntilDebuggersAreTold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UntilDebuggersAreKilled = TimeSpan.FromSeconds(15);
    private static readonly string[] NamesOfDebuggers = ["gdb"];
    private static readonly string[] NamesOfHarmlessTracers = ["strace"];

    private readonly HashSet<int> tracers = [];
    private readonly HashSet<int> told = [];

    /// <summary>
    /// Makes this process the parent of all orphans below it. Those born in another PID namespace go to that
    /// namespace's first process all the same.
    /// </summary>
    public static void Adopt() => _ = Libc.ProcessControl(ProcessFlags.SetChildSubreaper, 1);

    /// <summary>Reaps adopted children that have ended and tells whether any live; to be called once the tool itself is reaped.</summary>
    public static bool ReapAdopted()
    {
        while (true)
        {
            int status;
            var pid = Libc.WaitPid(-1, &status, ProcessFlags.NoHang);
            if (pid <= 0)
            {
                return pid == 0;
            }
        }
    }

    /// <summary>The living ones, by a look at every process of the node.</summary>
    public List<ProcessStat> Find()
    {
        if (toolPid == 0 || (proc.Stat(toolPid) is { } leader && leader.StartTicks != toolStartTicks))
        {
            return [];
        }

        var found = new List<ProcessStat>();
        foreach (var pid in proc.ProcessIds())
        {
            if (proc.Stat(pid) is { HasEnded: false } stat && pid != Environment.ProcessId && pid != spared
                && (stat.Session == toolPid || (adopted && stat.Parent == Environment.ProcessId)))
            {
                found.Add(stat);
            }
        }

        return found;
    }

    /// <summary>Asks each of the living ones to end, as a terminal that hangs up does.</summary>
    public void Ask()
    {
        var living = Find();
        if (living.Count > 0)
        {
            tracers.UnionWith(proc.ProcessIds().Select(pid => TraceFacts.TracerOf(proc, pid)));
        }

        foreach (var process in living)
        {
            _ = Libc.Kill(process.Pid, Signals.HangUp);
            if (!IsDebugger(process))
            {
                _ = Libc.Kill(process.Pid, Signals.Terminate);
            }

            _ = Libc.Kill(process.Pid, Signals.Continue);
        }
    }

    /// <summary>Ends those that live on so long after they were asked; debuggers get more time. Whether any was ended.</summary>
    /// <param name="grace">How long those that are no debuggers have.</param>
    public bool Insist(TimeSpan waited, TimeSpan grace)
    {
        var hasKilled = false;
        foreach (var process in Find())
        {
            if (waited >= (IsDebugger(process) ? UntilDebuggersAreKilled : grace))
            {
                _ = Libc.Kill(process.Pid, Signals.Kill);
                hasKilled = true;
            }
            else if (waited >= UntilDebuggersAreTold && told.Add(process.Pid))
            {
                _ = Libc.Kill(process.Pid, Signals.Terminate);
            }
        }

        return hasKilled;
    }

    /// <summary>Ends all at once.</summary>
    public void Kill()
    {
        foreach (var process in Find())
        {
            _ = Libc.Kill(process.Pid, Signals.Kill);
        }
    }

    /// <summary>Whether a process debugs others, so that more than its own life hangs on how it ends.</summary>
    public bool IsDebugger(ProcessStat process) =>
        NamesOfDebuggers.Contains(process.Name) || (tracers.Contains(process.Pid) && !NamesOfHarmlessTracers.Contains(process.Name));
}

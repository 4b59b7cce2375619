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
internal sealed unsafe class Descendants(ProcFileSystem proc, int toolPid, ulong toolStartTicks, bool adopted = false)
{
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
            if (proc.Stat(pid) is { HasEnded: false } stat && pid != Environment.ProcessId
                && (stat.Session == toolPid || (adopted && stat.Parent == Environment.ProcessId)))
            {
                found.Add(stat);
            }
        }

        return found;
    }

    /// <summary>Sends a signal to each of the living ones; how many there were.</summary>
    public int Signal(params ReadOnlySpan<int> signals)
    {
        var living = Find();
        foreach (var process in living)
        {
            foreach (var signal in signals)
            {
                _ = Libc.Kill(process.Pid, signal);
            }
        }

        return living.Count;
    }
}

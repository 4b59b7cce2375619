using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>Whether a process may be traced, found out by doing it, so that a refusal has a name before a tool stumbles over it.</summary>
internal static class TracePermission
{
    private const int StackBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <exception cref="AgentException">It may not, and why.</exception>
    public static void Check(ProcFileSystem proc, ProcessRecord process)
    {
        switch (Attempt(process.Pid))
        {
            case 0:
                WaitUntilFree(proc, process.Pid);
                break;
            case Errno.NoSuchProcess:
                throw new AgentException(AgentErrorCode.TargetGone, $"process {ProcessChoice.Name(process)} has just ended");
            default:
                throw process.State == 'Z'
                    ? new AgentException(AgentErrorCode.Untraceable, $"process {ProcessChoice.Name(process)} has ended; only its entry is left (a zombie)")
                    : TraceFacts.Read(proc, process.Pid).Refusal(process);
        }
    }

    // Seizing stops nothing, and what a thread traces is let go when the thread ends.
    private static int Attempt(int pid)
    {
        var error = 0;
        var thread = new Thread(() => error = Libc.Trace(TraceRequests.Seize, pid, 0, 0) == 0 ? 0 : Descriptor.LastError, StackBytes);
        thread.Start();
        thread.Join();
        return error;
    }

    // The kernel takes note of a thread's end a moment after its creator does.
    private static void WaitUntilFree(ProcFileSystem proc, int pid)
    {
        var until = MonotonicTime.Now + Patience;
        while (TraceFacts.TracerOf(proc, pid) != 0 && MonotonicTime.Now < until)
        {
            Descriptor.Poll([], TimeSpan.FromMilliseconds(1));
        }
    }
}

using System.Runtime.InteropServices;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>
/// Starts a tool from a thread of its own, which alone enters the target's namespaces, and waits there for its end. That
/// thread makes system calls only: once in a PID namespace it cannot start threads, and nothing must ask it to.
/// </summary>
internal sealed unsafe class ToolStart(TargetNamespaces namespaces, SpawnPlan plan, bool adoptsOrphans)
{
    private const int StackBytes = 256 * 1024;

    private readonly (int Read, int Write) notice = Descriptor.Pipe();
    private string? refusedNamespace;
    private int error;
    private int toolPid;

    /// <summary>Starts the tool; its PID and a descriptor that can be read from once the tool has ended.</summary>
    /// <exception cref="AgentException">A namespace could not be entered, or the program not executed.</exception>
    public (int Pid, int ExitNotice) Run(string program)
    {
        new Thread(Launch, StackBytes) { IsBackground = true, Name = "tool" }.Start();
        Span<byte> one = stackalloc byte[1];
        _ = Descriptor.Read(notice.Read, one);
        if (error == 0)
        {
            return (toolPid, notice.Read);
        }

        _ = Libc.Close(notice.Read);
        throw Failure(program);
    }

    private void Launch()
    {
        refusedNamespace = namespaces.Enter();
        error = refusedNamespace is null ? plan.Spawn(out toolPid) : Descriptor.LastError;
        Notify();
        if (error == 0)
        {
            WaitForExit();
            Notify();
        }

        _ = Libc.Close(notice.Write);
    }

    private void WaitForExit()
    {
        while (true)
        {
            ChildInfo child = default;
            var (kind, id) = adoptsOrphans ? (ProcessFlags.WaitAny, 0) : (ProcessFlags.WaitOne, toolPid);
            if (Libc.WaitId(kind, id, &child, ProcessFlags.Exited | ProcessFlags.NoReap) < 0)
            {
                if (Descriptor.LastError == Errno.Interrupted)
                {
                    continue;
                }

                return;
            }

            if (child.ProcessId == toolPid)
            {
                return;
            }

            int status;
            _ = Libc.WaitPid(child.ProcessId, &status, ProcessFlags.NoHang);
        }
    }

    private void Notify() => _ = Descriptor.Write(notice.Write, [1]);

    private AgentException Failure(string program)
    {
        var reason = Marshal.GetPInvokeErrorMessage(error);
        if (refusedNamespace is null && error == Errno.NoMemory && namespaces.EntersPid)
        {
            // What fork(2) says in a PID namespace whose first process has ended.
            return new AgentException(AgentErrorCode.TargetGone, "the target's PID namespace ended just now");
        }

        if (refusedNamespace is null)
        {
            return new AgentException(AgentErrorCode.Tool, $"cannot run '{program}': {reason}");
        }

        return error == Errno.NotPermitted
            ? new AgentException(
                AgentErrorCode.Refused,
                $"the kernel refuses to enter the {refusedNamespace} namespace: it needs the capability SYS_ADMIN")
            : new AgentException(AgentErrorCode.Internal, $"cannot enter the {refusedNamespace} namespace: {reason}");
    }
}

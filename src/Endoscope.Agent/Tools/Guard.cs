using System.Text;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>
/// A program that changes something of the target for as long as a tool runs, and undoes it once its standard input ends. That pipe is held
/// by this process alone: however a session ends, also killed, the guard notices and undoes.
/// </summary>
internal sealed class Guard
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Tool program;
    private readonly StringBuilder said = new();
    private readonly StringBuilder complaint = new();

    private Guard(Tool program) => this.program = program;

    /// <summary>Its process.</summary>
    public int Pid => program.Pid;

    /// <summary>Starts it and waits until what it changes is changed.</summary>
    /// <exception cref="AgentException">It did not come so far; nothing is changed.</exception>
    public static Guard Start(RunRequest request, int? targetPid, TargetNamespaces namespaces)
    {
        var guard = new Guard(Tool.Start(request with { Argv = request.Guard!, Guard = null, Terminal = null }, targetPid, namespaces, adoptsOrphans: false));
        if (guard.WaitForLines(1))
        {
            return guard;
        }

        guard.Release();
        guard.WaitForLines(2);
        guard.program.Dispose();
        throw new AgentException(AgentErrorCode.Guard, guard.Complaint);
    }

    /// <summary>Lets it begin to undo, without waiting.</summary>
    public void Release() => program.CloseInput();

    /// <summary>Waits until all is undone; what went wrong, or null.</summary>
    public string? Undo()
    {
        Release();
        var isUndone = WaitForLines(2);
        program.Dispose();
        return isUndone ? null : Complaint;
    }

    private string Complaint => complaint.Length > 0 ? complaint.ToString().Trim().ReplaceLineEndings("; ") : $"it said nothing for {Limit.TotalSeconds:0} s";

    // It says a line when all is changed, and another when all is undone.
    private bool WaitForLines(int count)
    {
        var until = MonotonicTime.Now + Limit;
        var buffer = new byte[4096];
        while (Lines() < count && program.Output != Descriptor.None && MonotonicTime.Now < until)
        {
            PollEntry[] entries = [new() { Descriptor = program.Output, Events = PollEvents.In }, new() { Descriptor = program.Error, Events = PollEvents.In }];
            Descriptor.Poll(entries, until - MonotonicTime.Now);
            if (entries[1].CanRead && !TryRead(program.Error, complaint, buffer))
            {
                program.CloseError();
            }

            if (entries[0].CanRead && !TryRead(program.Output, said, buffer))
            {
                program.CloseOutput();
            }
        }

        return Lines() >= count;
    }

    private int Lines()
    {
        var lines = 0;
        for (var i = 0; i < said.Length; i++)
        {
            lines += said[i] == '\n' ? 1 : 0;
        }

        return lines;
    }

    private static bool TryRead(int descriptor, StringBuilder text, byte[] buffer)
    {
        var got = (int)Descriptor.Read(descriptor, buffer);
        text.Append(Encoding.UTF8.GetString(buffer, 0, Math.Max(got, 0)));
        return got > 0 || (got < 0 && Descriptor.LastError == Errno.Again);
    }
}

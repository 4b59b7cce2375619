using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tools;
using Endoscope.Agent.Waiting;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>The tool of a session, from its start until nothing of it is left: neither a process of its own, nor a change that was made for it, nor a target that it has stopped.</summary>
internal sealed class RunningTool
{
    private const int MostTold = 100;
    private const int MostArgumentsTold = 10;
    private const int LongestTold = 80;

    private readonly ToolWatch watch;
    private readonly IReadOnlyList<ProcessRecord> attached;
    private readonly Guard? guard;

    private RunningTool(Tool tool, ToolRelay relay, ToolWatch watch, IReadOnlyList<ProcessRecord> attached, Guard? guard) =>
        (Tool, Relay, this.watch, this.attached, this.guard) = (tool, relay, watch, attached, guard);

    public Tool Tool { get; }

    public ToolRelay Relay { get; }

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan Deadline => watch.Deadline;

    /// <summary>Starts a tool in the target's namespaces and tells the client.</summary>
    /// <param name="registration">The waiting agent, which then knows of the tool; null where there is none.</param>
    /// <exception cref="AgentException">The target is gone, or the tool cannot be started.</exception>
    public static RunningTool Start(RunRequest request, ContainerProcesses target, ClientLink client, SessionTimes times, SessionRegistration? registration) =>
        Start(request, target, request.InPod ? target.FirstOrNone() : target.First(), [], client, times, registration);

    /// <summary>Starts a tool that attaches to processes of the target, which may be attached to.</summary>
    /// <inheritdoc cref="Start(RunRequest, ContainerProcesses, ClientLink, SessionTimes, SessionRegistration?)"/>
    public static RunningTool Attach(AttachRequest request, ContainerProcesses target, ClientLink client, SessionTimes times, SessionRegistration? registration)
    {
        var proc = new ProcFileSystem();
        var chosen = ProcessChoice.Choose(target.List(), request.Processes);
        var run = AttachPlan.Plan(request, chosen, Descriptor.ReadLink($"/proc/{chosen[0].Pid}/exe"));
        foreach (var process in chosen)
        {
            TracePermission.Check(proc, process);
        }

        return Start(run, target, chosen[0], chosen, client, times, registration);
    }

    /// <summary>Says that the tool itself has ended.</summary>
    public void NoticeExit() => watch.NoticeExit();

    /// <summary>Sees to it that it ends where it must; whether all of it is over.</summary>
    public bool Advance(bool clientIsGone, bool isToStop)
    {
        if (clientIsGone || isToStop)
        {
            watch.Stop();
            guard?.Release();
        }

        watch.Advance(clientIsGone);
        return watch.IsOver;
    }

    /// <summary>Takes back what was done for it. What could not be is the error.</summary>
    public AgentError? Finish()
    {
        Tool.Dispose();
        LetGoOn();
        return guard?.Undo() is { } problem ? new AgentError(AgentErrorCode.Guard, $"what was changed for the command could not be undone: {problem}") : null;
    }

    private static RunningTool Start(
        RunRequest request,
        ContainerProcesses target,
        ProcessRecord? first,
        IReadOnlyList<ProcessRecord> attached,
        ClientLink client,
        SessionTimes times,
        SessionRegistration? registration)
    {
        using var namespaces = first is null || request.InPod ? TargetNamespaces.Own : TargetNamespaces.Open(first, request.Namespaces);
        if (attached.Prepend(first).FirstOrDefault(process => process is not null && !target.IsStill(process)) is { } gone)
        {
            throw new AgentException(AgentErrorCode.TargetGone, $"process {gone.Pid} of the container ended just now");
        }

        var guard = request.Guard is null ? null : Guard.Start(request, first?.Pid, namespaces);
        try
        {
            var tool = Tool.Start(request, first?.Pid, namespaces, adoptsOrphans: registration is not null, guard?.Pid ?? 0);
            registration?.Tell(tool);
            var relay = new ToolRelay(tool, client);
            client.IsWatched = tool.HasTerminal;
            client.Enqueue(FrameType.Started, new StartedEvent { ToolPid = tool.Pid, Target = first, Attached = [.. attached.Take(MostTold).Select(Brief)] }, ProtocolJson.Default.StartedEvent);
            return new RunningTool(tool, relay, new ToolWatch(tool, relay, times), attached, guard);
        }
        catch
        {
            guard?.Undo();
            throw;
        }
    }

    // All that is told of them has to fit into one frame.
    private static ProcessRecord Brief(ProcessRecord process) => process with
    {
        CommandLine = [.. process.CommandLine.Take(MostArgumentsTold).Select(argument => argument.Length > LongestTold ? argument[..LongestTold] + "…" : argument)],
    };

    // A debugger that dies of a fault may leave behind a process that is stopped by the very signal that attached it.
    private void LetGoOn()
    {
        var proc = new ProcFileSystem();
        foreach (var process in attached)
        {
            if (proc.Stat(process.Pid) is { State: 'T' } now && now.StartTicks == process.StartTicks && process.State != 'T')
            {
                _ = Libc.Kill(process.Pid, Signals.Continue);
            }
        }
    }
}

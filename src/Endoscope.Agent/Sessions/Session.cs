using Endoscope.Agent.Capture;
using Endoscope.Agent.Files;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tools;
using Endoscope.Agent.Waiting;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>
/// One client's session, from its request to the end frame, on one thread: a loop around poll(2), so that signals, sizes
/// and heartbeats are never behind bytes that somebody does not take.
/// </summary>
internal sealed class Session : IDisposable
{
    private const int MostTold = 100;
    private const int MostArgumentsTold = 10;
    private const int LongestTold = 80;

    // So that the client is heard between them.
    private const int AnswersAtOnce = 16;

    private readonly SessionTimes times;
    private readonly SessionRegistration? registration;
    private readonly ClientLink client;
    private ProcessWatch? watching;
    private RunningTool? running;
    private CaptureRun? capture;
    private IEnumerator<Answer>? answers;
    private long answeredBytes;
    private long problemBytes;
    private AgentError? failure;
    private bool hasRequest;
    private bool ended;

    /// <param name="registration">The waiting agent; given where this process is the session's alone, so that it may adopt orphans.</param>
    public Session(int input, int output, SessionTimes times, SessionRegistration? registration)
    {
        (this.times, this.registration) = (times, registration);
        client = new ClientLink(input, output, times);
    }

    /// <summary>Serves the client; whether it was told how the session ended.</summary>
    public bool Run()
    {
        while (!(ended && client.IsFree) && !(client.IsGone && running is null))
        {
            WaitAndServe();
            client.KeepTime();
            if (running is not null)
            {
                Watch(running);
            }
            else if (watching is not null && !ended)
            {
                Watch(watching);
            }
            else if (capture is not null && !ended)
            {
                Advance(capture);
            }

            SendAnswers();
        }

        answers?.Dispose();
        return !client.IsGone;
    }

    public void Dispose() => capture?.Dispose();

    private void WaitAndServe()
    {
        Span<PollEntry> entries =
        [
            client.InputEntry,
            client.OutputEntry,
            running?.Relay.InputEntry ?? new PollEntry { Descriptor = Descriptor.None },
            running?.Relay.OutputEntry ?? new PollEntry { Descriptor = Descriptor.None },
            running?.Relay.ErrorEntry ?? new PollEntry { Descriptor = Descriptor.None },
            new PollEntry { Descriptor = running?.Tool.ExitNotice ?? Descriptor.None, Events = PollEvents.In },
            registration is null || failure is not null ? new PollEntry { Descriptor = Descriptor.None } : registration.Entry,
            .. ended ? [] : capture?.Entries ?? [],
        ];
        var (fromClient, toClient, toTool, output, error, exit, dismissal) = (0, 1, 2, 3, 4, 5, 6);
        Descriptor.Poll(entries, answers is not null && client.IsFree ? TimeSpan.Zero : Deadline - MonotonicTime.Now);

        if (entries[fromClient].CanRead)
        {
            client.Read();
            TakeFrames();
        }

        if (entries[toClient].IsBroken)
        {
            client.Lose();
        }
        else if (entries[toClient].CanWrite)
        {
            client.Flush();
        }

        if (entries[toTool].CanWrite)
        {
            running?.Relay.FeedTool();
        }

        running?.Relay.PassOutput(entries[output].CanRead, entries[error].CanRead);
        if (entries[exit].CanRead)
        {
            running?.Watch.NoticeExit();
        }

        if (entries[dismissal].CanRead)
        {
            Fail(new AgentError(AgentErrorCode.Dismissed, "its debug container is being ended: somebody deleted the pod, or its time is over"));
        }

        if (!ended)
        {
            capture?.PassPackets();
        }
    }

    private TimeSpan Deadline => new[]
    {
        client.Deadline,
        running?.Watch.Deadline ?? TimeSpan.MaxValue,
        watching is null || ended || !client.IsFree ? TimeSpan.MaxValue : watching.Due,
        ended ? TimeSpan.MaxValue : capture?.Deadline ?? TimeSpan.MaxValue,
    }.Min();

    private void TakeFrames()
    {
        try
        {
            while (client.TryTake(out var type, out var payload))
            {
                Accept(type, payload);
            }
        }
        catch (InvalidDataException exception)
        {
            client.StopListening();
            Fail(new AgentError(AgentErrorCode.Protocol, exception.Message));
        }
        catch (AgentException exception)
        {
            Fail(exception.Error);
        }
        catch (NativeException exception)
        {
            Fail(new AgentError(AgentErrorCode.Internal, exception.Message));
        }
    }

    private void Accept(FrameType type, ReadOnlySpan<byte> payload)
    {
        if (!hasRequest)
        {
            hasRequest = true;
            Start(RequestParser.Parse(type, payload));
        }
        else if (running is not null)
        {
            running.Relay.Accept(type, payload);
        }
        else
        {
            capture?.Accept(type, payload);
        }
    }

    private void Start((AgentRequest Request, ProcessGroup Group) asked)
    {
        var target = new ContainerProcesses(new ProcFileSystem(), asked.Group, asked.Request.InPod);
        switch (asked.Request)
        {
            case ListProcessesRequest { Interval: { } interval } list:
                watching = new ProcessWatch(target, list.Processes, interval);
                Watch(watching);
                break;
            case ListProcessesRequest list:
                var processes = target.List();
                foreach (var part in ProcessListParts.Split(list.Processes.Count == 0 ? processes : ProcessChoice.Choose(processes, list.Processes)))
                {
                    client.Enqueue(FrameType.Processes, part, ProtocolJson.Default.ProcessList);
                }

                End(null);
                break;
            case FileRequest files:
                answers = FileAnswers.To(files, target.First()).GetEnumerator();
                break;
            case RunRequest run:
                StartTool(run, target, run.InPod ? target.FirstOrNone() : target.First(), []);
                break;
            case AttachRequest attach:
                Attach(attach, target);
                break;
            case CaptureRequest request:
                StartCapture(request, target);
                break;
        }
    }

    private void Attach(AttachRequest request, ContainerProcesses target)
    {
        var proc = new ProcFileSystem();
        var chosen = ProcessChoice.Choose(target.List(), request.Processes);
        var run = AttachPlan.Plan(request, chosen, Descriptor.ReadLink($"/proc/{chosen[0].Pid}/exe"));
        foreach (var process in chosen)
        {
            TracePermission.Check(proc, process);
        }

        StartTool(run, target, chosen[0], chosen);
    }

    private void StartTool(RunRequest request, ContainerProcesses target, ProcessRecord? first, IReadOnlyList<ProcessRecord> attached)
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
            running = new RunningTool(tool, relay, new ToolWatch(tool, relay, times), attached, guard);
            client.Enqueue(FrameType.Started, new StartedEvent { ToolPid = tool.Pid, Target = first, Attached = [.. attached.Take(MostTold).Select(Brief)] }, ProtocolJson.Default.StartedEvent);
        }
        catch
        {
            guard?.Undo();
            throw;
        }
    }

    // A client that does not take what it was told is not told more; what comes and goes meanwhile is never heard of.
    private void Watch(ProcessWatch one)
    {
        if (!client.IsFree || MonotonicTime.Now < one.Due)
        {
            return;
        }

        foreach (var change in one.Look())
        {
            client.Enqueue(FrameType.ProcessChange, change, ProtocolJson.Default.ProcessChange);
        }

        if (one.IsOver)
        {
            End(null);
        }
    }

    private void StartCapture(CaptureRequest request, ContainerProcesses target)
    {
        var starting = new CaptureRun(request, client);
        try
        {
            starting.Join(key: 0, target);
        }
        catch
        {
            starting.Dispose();
            throw;
        }

        capture = starting;
    }

    private void SendAnswers()
    {
        for (var sent = 0; answers is not null && sent < AnswersAtOnce && client is { IsFree: true, IsGone: false } && failure is null; sent++)
        {
            try
            {
                if (answers.MoveNext())
                {
                    var (type, payload) = answers.Current;
                    answeredBytes += type == FrameType.Output ? payload.Length : 0;
                    problemBytes += type == FrameType.Error ? payload.Length : 0;
                    client.Send(type, payload.Span);
                    continue;
                }
            }
            catch (AgentException exception)
            {
                failure = exception.Error;
            }
            catch (Exception exception) when (exception is NativeException or IOException)
            {
                failure = new AgentError(AgentErrorCode.Internal, exception.Message);
            }

            answers.Dispose();
            answers = null;
            End(null);
        }
    }

    private void Watch(RunningTool one)
    {
        if (client.IsGone || failure is not null)
        {
            one.Watch.Stop();
            one.Guard?.Release();
        }

        one.Watch.Advance(client.IsGone);
        if (one.Watch.IsOver)
        {
            one.Tool.Dispose();
            running = null;
            LetGoOn(one.Attached);
            if (one.Guard?.Undo() is { } problem)
            {
                failure ??= new AgentError(AgentErrorCode.Guard, $"what was changed for the command could not be undone: {problem}");
            }

            End(one);
        }
    }

    // All that is told of them has to fit into one frame.
    private static ProcessRecord Brief(ProcessRecord process) => process with
    {
        CommandLine = [.. process.CommandLine.Take(MostArgumentsTold).Select(argument => argument.Length > LongestTold ? argument[..LongestTold] + "…" : argument)],
    };

    // A debugger that dies of a fault may leave behind a process that is stopped by the very signal that attached it.
    private static void LetGoOn(IReadOnlyList<ProcessRecord> attached)
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

    private void Advance(CaptureRun one)
    {
        one.Advance();
        if (one.IsOver)
        {
            End(null);
        }
    }

    private void Fail(AgentError error)
    {
        failure ??= error;
        if (running is null && !ended)
        {
            End(null);
        }
    }

    private void End(RunningTool? one)
    {
        ended = true;
        var exit = one?.Tool.Exit;
        var end = new EndEvent
        {
            ExitCode = exit?.Code,
            Signal = exit?.Signal,
            Error = failure,
            OutputBytes = one?.Relay.OutputBytes ?? capture?.PacketBytes ?? answeredBytes,
            ErrorBytes = one?.Relay.ErrorBytes ?? problemBytes,
        };
        client.Enqueue(FrameType.End, end, ProtocolJson.Default.EndEvent);
    }

    private sealed record RunningTool(Tool Tool, ToolRelay Relay, ToolWatch Watch, IReadOnlyList<ProcessRecord> Attached, Guard? Guard);
}

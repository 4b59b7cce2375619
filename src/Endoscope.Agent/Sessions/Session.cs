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
    private readonly SessionTimes times;
    private readonly SessionRegistration? registration;
    private readonly ClientLink client;
    private ProcessWatch? watching;
    private RunningTool? running;
    private CaptureRun? capture;
    private AnswerRelay? answers;
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
            else if (answers is not null && !ended)
            {
                Pass(answers);
            }
        }

        var isTold = !client.IsGone;
        client.LetLeave();
        return isTold;
    }

    public void Dispose()
    {
        capture?.Dispose();
        answers?.Dispose();
        client.Dispose();
    }

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
        Descriptor.Poll(entries, answers is not null && !ended && client.IsFree ? TimeSpan.Zero : Deadline - MonotonicTime.Now);

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
            running?.NoticeExit();
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
        running?.Deadline ?? TimeSpan.MaxValue,
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
                answers = new AnswerRelay(FileAnswers.To(files, target.First()).GetEnumerator(), client);
                break;
            case RunRequest run:
                running = RunningTool.Start(run, target, client, times, registration);
                break;
            case AttachRequest attach:
                running = RunningTool.Attach(attach, target, client, times, registration);
                break;
            case CaptureRequest request:
                StartCapture(request, target);
                break;
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

    private void Pass(AnswerRelay one)
    {
        one.Pass();
        if (one.IsOver)
        {
            failure ??= one.Failure;
            End(null);
        }
    }

    private void Watch(RunningTool one)
    {
        if (one.Advance(client.IsGone, isToStop: failure is not null))
        {
            running = null;
            failure ??= one.Finish();
            End(one);
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
            OutputBytes = one?.Relay.OutputBytes ?? capture?.PacketBytes ?? answers?.OutputBytes ?? 0,
            ErrorBytes = one?.Relay.ErrorBytes ?? answers?.ErrorBytes ?? 0,
        };
        client.Enqueue(FrameType.End, end, ProtocolJson.Default.EndEvent);
    }
}

using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>A running tool and the agent's ends of its standard streams.</summary>
internal sealed unsafe class Tool : IDisposable
{
    private readonly ProcFileSystem proc = new();
    private readonly Descendants descendants;
    private readonly bool watchesSession;
    private readonly bool adoptsOrphans;
    private readonly bool sparesOne;
    private int input;
    private int output;
    private int error;
    private int exitNotice;

    private Tool(int pid, Streams streams, int exitNotice, bool adoptsOrphans, bool foreignPids, int spared)
    {
        Pid = pid;
        (input, output, error) = (streams.Input, streams.Output, streams.Error);
        HasTerminal = streams.Input == streams.Output;
        this.exitNotice = exitNotice;
        this.adoptsOrphans = adoptsOrphans;
        sparesOne = spared != 0;
        watchesSession = !adoptsOrphans || foreignPids;
        StartTicks = proc.Stat(pid)?.StartTicks ?? 0;
        descendants = new Descendants(proc, pid, StartTicks, adoptsOrphans, spared);
    }

    public int Pid { get; }

    /// <summary>When it started; with the PID it names the process for good.</summary>
    public ulong StartTicks { get; }

    public bool HasTerminal { get; }

    /// <summary>To write the tool's standard input to; <see cref="Descriptor.None"/> once closed.</summary>
    public int Input => input;

    /// <summary>To read the tool's standard output from; <see cref="Descriptor.None"/> once at its end.</summary>
    public int Output => output;

    /// <summary>To read the tool's standard error from; <see cref="Descriptor.None"/> with a terminal, and once at its end.</summary>
    public int Error => error;

    /// <summary>Becomes readable when the tool ends; <see cref="Descriptor.None"/> after <see cref="Reap"/>.</summary>
    public int ExitNotice => exitNotice;

    /// <summary>How the tool ended, once it is reaped.</summary>
    public ToolExit? Exit { get; private set; }

    /// <summary>Starts the request's tool in the target's namespaces.</summary>
    /// <param name="targetPid">The target's first process, which the tool is told of; null where it cannot be seen.</param>
    /// <param name="adoptsOrphans">The agent's process has called <see cref="Descendants.Adopt"/>.</param>
    /// <param name="spared">The tool's <see cref="Guard"/>, which is to outlive it; 0 for none.</param>
    /// <exception cref="AgentException">The kernel refuses, or the program cannot be executed.</exception>
    public static Tool Start(RunRequest request, int? targetPid, TargetNamespaces namespaces, bool adoptsOrphans, int spared = 0)
    {
        using var plan = new SpawnPlan(request.Argv, ToolEnvironment.For(request, targetPid));
        var (ours, theirs) = request.Terminal is { } size ? OpenTerminal(plan, size) : OpenPipes(plan);
        try
        {
            var (pid, exitNotice) = new ToolStart(namespaces, plan, adoptsOrphans).Run(request.Argv[0]);
            return new Tool(pid, ours, exitNotice, adoptsOrphans, namespaces.EntersPid, spared);
        }
        catch
        {
            ours.Close();
            throw;
        }
        finally
        {
            theirs.Close();
        }
    }

    /// <summary>Ends the tool's standard input; a terminal has no such end.</summary>
    public void CloseInput()
    {
        if (!HasTerminal)
        {
            Descriptor.Close(ref input);
        }
    }

    public void CloseOutput()
    {
        if (HasTerminal)
        {
            input = Descriptor.None;
        }

        Descriptor.Close(ref output);
    }

    public void CloseError() => Descriptor.Close(ref error);

    public void Resize(TerminalSize size)
    {
        if (HasTerminal && output != Descriptor.None)
        {
            Pseudoterminal.Resize(output, size);
        }
    }

    /// <summary>Sends a signal to the foreground process group.</summary>
    public void SignalForeground(int signal)
    {
        var group = HasTerminal && output != Descriptor.None ? Pseudoterminal.ForegroundGroup(output) : null;
        if (Exit is null || group is not null)
        {
            _ = Libc.Kill(-(group ?? Pid), signal);
        }
    }

    /// <summary>Takes the exit status.</summary>
    public void Reap()
    {
        int status;
        if (Libc.WaitPid(Pid, &status, 0) == Pid)
        {
            Exit = ToolExit.FromWaitStatus(status);
        }

        Descriptor.Close(ref exitNotice);
    }

    /// <summary>Whether processes live on that the tool has started; to be asked once it is reaped.</summary>
    public bool HasLeftovers() => (adoptsOrphans && Descendants.ReapAdopted() && (!sparesOne || descendants.Find().Count > 0)) || (watchesSession && descendants.Find().Count > 0);

    /// <summary>Asks the tool and all it has started to end.</summary>
    public void Terminate() => descendants.Ask();

    /// <summary>Ends what lives on of the tool and of all it has started; what forks meanwhile is left for the next call. Whether any was ended.</summary>
    /// <param name="waited">How long ago they were asked.</param>
    /// <param name="grace">How long they have, except for debuggers, which have longer.</param>
    public bool Insist(TimeSpan waited, TimeSpan grace)
    {
        var hasKilled = descendants.Insist(waited, grace);
        if (hasKilled && Exit is null && proc.Stat(Pid) is { } self && !descendants.IsDebugger(self))
        {
            _ = Libc.Kill(-Pid, Signals.Kill);
        }

        return hasKilled;
    }

    public void Dispose()
    {
        CloseInput();
        CloseOutput();
        CloseError();
        Descriptor.Close(ref exitNotice);
    }

    private static (Streams Ours, Streams Theirs) OpenTerminal(SpawnPlan plan, TerminalSize size)
    {
        var (master, slave, path) = Pseudoterminal.Open(size);
        plan.UseTerminal(path);
        Descriptor.SetNonBlocking(master);
        return (new Streams(master, master, Descriptor.None), new Streams(slave, slave, Descriptor.None));
    }

    private static (Streams Ours, Streams Theirs) OpenPipes(SpawnPlan plan)
    {
        var (input, output, error) = (Descriptor.Pipe(), Descriptor.Pipe(), Descriptor.Pipe());
        plan.UsePipes(input.Read, output.Write, error.Write);
        Descriptor.Widen(output.Read);
        foreach (var end in (ReadOnlySpan<int>)[input.Write, output.Read, error.Read])
        {
            Descriptor.SetNonBlocking(end);
        }

        return (new Streams(input.Write, output.Read, error.Read), new Streams(input.Read, output.Write, error.Write));
    }

    private readonly record struct Streams(int Input, int Output, int Error)
    {
        public void Close()
        {
            _ = Libc.Close(Input);
            if (Output != Input)
            {
                _ = Libc.Close(Output);
                _ = Libc.Close(Error);
            }
        }
    }
}

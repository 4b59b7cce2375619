using System.CommandLine;
using System.Globalization;
using Endoscope.Cli.Output;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope pids</c>: the processes of the target's container.</summary>
internal sealed class PidsCommand : TargetCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly CommandContext context;
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "Only the process IDs on the node, in one line" };
    private readonly Option<bool> tree = new("--tree") { Description = "Put processes below their parents" };
    private readonly Option<bool> watch = new("--watch", "-w") { Description = "Go on, and tell of processes that start and end, looking twice a second" };
    private readonly Argument<string[]> names = new("process")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Only these: numbers on the node or in the container, or names such as nginx or 'work*'",
    };

    public PidsCommand(GlobalOptions globals, CommandContext context)
        : base("pids", "List the processes of the target's container, in the node's numbers and in the container's", globals, context)
    {
        this.context = context;
        Option[] own = [quiet, tree, watch];
        foreach (var option in own)
        {
            Options.Add(option);
        }

        Arguments.Add(names);
    }

    private int? Width => context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null;

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var follows = result.GetValue(watch);
        if (follows && (result.GetValue(tree) || result.GetValue(quiet)))
        {
            throw new UsageException("--watch goes with neither --tree nor --quiet", "scope pids --tree shows the tree once");
        }

        var ask = new ListProcessesRequest { Processes = result.GetValue(names) ?? [], Interval = follows ? Interval : null };
        if (ask.Processes.FirstOrDefault(name => name.Length == 0 || name[0] == '-') is { } none)
        {
            throw new UsageException($"'{none}' is neither an option nor a process", "scope pids --help shows what it takes");
        }

        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Processes, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(ask, "pids", cancellationToken);
        if (follows)
        {
            await FollowAsync(session, request.Json, cancellationToken);
        }
        else
        {
            Show((await ToolRun.ListProcessesAsync(session, cancellationToken)).Processes, beside.Target, request.Json, result);
        }

        return ExitCode.Done;
    }

    private void Show(IReadOnlyList<ProcessRecord> processes, Target target, bool json, ParseResult result)
    {
        if (json)
        {
            Json.Write(context.Out, ProcessesDocument.From(target, processes), CliJson.Default.ProcessesDocument);
        }
        else if (result.GetValue(quiet))
        {
            context.Out.WriteLine(string.Join(' ', processes.Select(process => process.Pid.ToString(CultureInfo.InvariantCulture))));
        }
        else
        {
            var rows = result.GetValue(tree)
                ? ProcessTree.Order(processes, Terminal.TerminalFeatures.FromEnvironment().Unicode)
                : processes.Select(process => ("", process));
            context.Out.Write(ProcessTable.Of(rows).Format(Width));
        }
    }

    private async Task FollowAsync(AgentSession session, bool json, CancellationToken cancellationToken)
    {
        var table = ProcessTable.OfEvents();
        while (await session.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.Type != FrameType.ProcessChange)
            {
                continue;
            }

            var change = AgentSession.ReadRecord(frame, ProtocolJson.Default.ProcessChange);
            var events = change.Gone.Select(process => ("ended", process))
                .Concat(change.Come.Select(process => (change.IsFirst ? "running" : "started", process)));
            foreach (var (happened, process) in events)
            {
                if (json)
                {
                    Json.Write(context.Out, new ProcessEventDocument(happened, context.Time.GetUtcNow(), process), ProcessLineJson.Default.ProcessEventDocument);
                }
                else
                {
                    table.Add([happened, .. ProcessTable.Cells("", process)]);
                }
            }

            context.Out.Write(json ? "" : table.Continue(Width));
        }

        context.Tell("the container has no process any more");
    }
}

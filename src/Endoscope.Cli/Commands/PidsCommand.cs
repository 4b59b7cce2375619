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
    private readonly CommandContext context;
    private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "Only the process IDs on the node, in one line" };

    public PidsCommand(GlobalOptions globals, CommandContext context)
        : base("pids", "List the processes of the target's container, in the node's numbers and in the container's", globals, context)
    {
        this.context = context;
        Options.Add(quiet);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Processes, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(
            new ListProcessesRequest(), "pids", cancellationToken);
        var processes = (await ToolRun.ListProcessesAsync(session, cancellationToken)).Processes;
        if (request.Json)
        {
            Json.Write(context.Out, ProcessesDocument.From(beside.Target, processes), CliJson.Default.ProcessesDocument);
        }
        else if (result.GetValue(quiet))
        {
            context.Out.WriteLine(string.Join(' ', processes.Select(process => process.Pid.ToString(CultureInfo.InvariantCulture))));
        }
        else
        {
            context.Out.Write(Format(processes).Format(context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null));
        }

        return ExitCode.Done;
    }

    private static Table Format(IReadOnlyList<ProcessRecord> processes)
    {
        var table = new Table(Column.Right("PID"), Column.Right("CPID"), Column.Right("PPID"), Column.Right("UID"), Column.Left("S"),
            Column.Left("STARTED"), Column.Right("THREADS"), Column.Right("MEMORY"), Column.Left("COMMAND"));
        foreach (var process in processes)
        {
            table.Add(
                Number(process.Pid), Number(process.ContainerPid), Number(process.ParentPid), Number(process.UserId), process.State.ToString(),
                process.StartedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                Number(process.Threads), Size.Format(process.ResidentBytes),
                process.CommandLine.Count > 0 ? string.Join(' ', process.CommandLine) : $"[{process.Name}]");
        }

        return table;
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

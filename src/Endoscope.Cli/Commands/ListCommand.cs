using System.CommandLine;
using System.Globalization;
using Endoscope.Cli.Output;
using Endoscope.Sessions;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope list</c>: what of ours is in the cluster.</summary>
internal sealed class ListCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Option<bool> allNamespaces = new("--all-namespaces", "-A") { Description = "In all namespaces" };

    public ListCommand(GlobalOptions globals, CommandContext context)
        : base("list", "List what scope has left in the namespace: where, by whom, since when and until when", globals, context)
    {
        this.context = context;
        Options.Add(allNamespaces);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        using var cluster = context.Connect(request.Connection);
        var ns = result.GetValue(allNamespaces) ? null : request.Namespace ?? cluster.DefaultNamespace;
        var found = await new Footprints(cluster.Api, context.Tell).FindAsync(
            new FootprintQuery(ns, request.Pod is null ? null : request.Target.Name, request.DebugPod.Namespace), cancellationToken);
        if (request.Json)
        {
            Json.Write(context.Out, new FootprintsDocument([.. found.Select(FootprintDocument.From)]), CliJson.Default.FootprintsDocument);
        }
        else if (found.Count == 0)
        {
            context.Tell(ns is null ? "there is nothing of scope in any namespace" : $"there is nothing of scope in namespace {ns} (-A looks into all)");
        }
        else
        {
            context.Out.Write(Format(found).Format(context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null));
        }

        return ExitCode.Done;
    }

    private static Table Format(IReadOnlyList<Footprint> found)
    {
        var table = new Table(Column.Left("NAMESPACE"), Column.Left("NAME"), Column.Left("TARGET"), Column.Left("NODE"), Column.Left("STATE"),
            Column.Left("SINCE"), Column.Left("UNTIL"), Column.Left("BY"));
        foreach (var one in found)
        {
            table.Add(
                one.Namespace, one.Container is null ? one.Name : $"{one.Name}/{one.Container}", one.TargetNamespace == one.Namespace ? one.Target : $"{one.TargetNamespace}/{one.Target}", one.Node ?? "-", one.State,
                Time(one.Since), one.Until is { } until ? Time(until) : "-", one.By ?? "-");
        }

        return table;
    }

    private static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}

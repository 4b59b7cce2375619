using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Diagnosis;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope doctor</c>: what stands in the way of looking into pods.</summary>
internal sealed class DoctorCommand : Command
{
    private readonly GlobalOptions globals;
    private readonly CommandContext context;

    public DoctorCommand(GlobalOptions globals, CommandContext context)
        : base("doctor", "Tell what scope finds, may do and lacks in this cluster and namespace; change nothing")
    {
        (this.globals, this.context) = (globals, context);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var request = globals.Bind(result, context);
        var findings = await FindAsync(request, Others(result), cancellationToken);
        if (request.Json)
        {
            Json.Write(context.Out, DiagnosisDocument.From(findings), CliJson.Default.DiagnosisDocument);
        }
        else
        {
            context.Out.Write(Format(findings).Format(width: null));
        }

        var bad = findings.Count(finding => finding.Standing == Standing.Bad);
        if (!request.Json)
        {
            foreach (var next in findings.Where(finding => finding.Standing == Standing.Bad).Select(finding => finding.Next).OfType<string>().Distinct())
            {
                context.Tell("next: " + next);
            }

            context.Tell(bad == 0 ? "nothing stands in the way" : $"{bad} of {findings.Count} checks found a problem");
        }

        return bad == 0 ? ExitCode.Done : ExitCode.Negative;
    }

    private async Task<IReadOnlyList<Finding>> FindAsync(GlobalRequest request, IReadOnlyList<string> commands, CancellationToken cancellationToken)
    {
        Cluster cluster;
        try
        {
            cluster = context.Connect(request.Connection);
        }
        catch (ClusterException e)
        {
            return [new("kubeconfig", Standing.Bad, e.Message, e.Hint ?? "correct what the message names: kubectl config view shows it")];
        }

        using (cluster)
        {
            return await new ClusterDiagnosis(cluster, request.Namespace ?? cluster.DefaultNamespace, commands, request.DebugPod).RunAsync(cancellationToken);
        }
    }

    // The commands that speak to a cluster are those that look into a target, themselves or in their ways (fs ls).
    private static List<string> Others(ParseResult result) =>
    [
        .. result.RootCommandResult.Command.Subcommands.Where(command => command is TargetCommand || command.Subcommands.Any(way => way is TargetCommand)).Select(command => command.Name),
    ];

    private static Table Format(IReadOnlyList<Finding> findings)
    {
        var table = new Table(Column.Left("CHECK"), Column.Left("RESULT"), Column.Left("WHAT WAS FOUND"));
        foreach (var finding in findings)
        {
            table.Add(finding.Check, DiagnosisDocument.Word(finding.Standing), finding.Detail);
        }

        return table;
    }
}

using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope launch</c>: puts a debug pod beside the target and leaves it there.</summary>
internal sealed class LaunchCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Print the debug pod's manifest and create nothing" };

    public LaunchCommand(GlobalOptions globals, CommandContext context)
        : base("launch", "Put a debug pod beside the target, ready for every command, and leave it running", globals, context)
    {
        this.context = context;
        Options.Add(dryRun);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        using var cluster = context.Connect(request.Connection);
        if (result.GetValue(dryRun))
        {
            var target = await new TargetResolver(cluster.Api).ResolveAsync(
                request.Namespace ?? cluster.DefaultNamespace, request.Target, request.Container, anyContainerWillDo: true, cancellationToken);
            var manifest = await new DebugPodAccess(cluster.Api, request.DebugPod, context.Time, context.Tell).PlanAsync(target, AccessNeeds.Everything, cancellationToken);
            context.Out.Write(request.Json ? manifest.Json : manifest.Yaml);
            return ExitCode.Done;
        }

        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Everything, anyContainerWillDo: true, cancellationToken);
        var document = DebugPodDocument.From(beside);
        if (request.Json)
        {
            Json.Write(context.Out, document, CliJson.Default.DebugPodDocument);
        }
        else
        {
            context.Out.WriteLine(document.Name);
            context.Tell($"debug pod {document.Name} is {(document.Reused ? "there already" : "running")} on node {document.Node}; "
                + $"it ends by itself {Duration.Format(request.DebugPod.Idle)} after the last command, or with: scope {(request.DebugPod.Namespace is { } ns ? $"--debug-namespace {ns} " : "")}cleanup");
        }

        return ExitCode.Done;
    }
}

using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Kubernetes;
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
        if (result.GetValue(dryRun) && request.Mode == AccessMode.Auto)
        {
            throw new UsageException("--dry-run shows one way in, and --mode auto chooses among several", "--mode pod or --mode ephemeral says which");
        }

        using var cluster = context.Connect(request.Connection);
        if (result.GetValue(dryRun))
        {
            var target = await new TargetResolver(cluster.Api).ResolveAsync(
                request.Namespace ?? cluster.DefaultNamespace, request.Target, request.Container, anyContainerWillDo: true, cancellationToken);
            var manifest = await PlanAsync(cluster, request, target, cancellationToken);
            context.Out.Write(request.Json ? manifest.Json : manifest.Yaml);
            return ExitCode.Done;
        }

        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Everything, anyContainerWillDo: true, cancellationToken);
        var document = DebugPodDocument.From(beside);
        if (request.Json)
        {
            Json.Write(context.Out, document, CliJson.Default.DebugPodDocument);
        }
        else if (beside.Place.IsInPod)
        {
            context.Out.WriteLine(document.Container);
            if (document.Reused)
            {
                context.Tell($"ephemeral container {document.Container} of pod {document.Name} waits there already");
            }
        }
        else
        {
            context.Out.WriteLine(document.Name);
            context.Tell($"debug pod {document.Name} is {(document.Reused ? "there already" : "running")} on node {document.Node}; "
                + $"it ends by itself {Duration.Format(request.DebugPod.Idle)} after the last command, or with: scope {(request.DebugPod.Namespace is { } ns ? $"--debug-namespace {ns} " : "")}cleanup");
        }

        return ExitCode.Done;
    }

    private Task<ManifestText> PlanAsync(Cluster cluster, GlobalRequest request, Target target, CancellationToken cancellationToken) => request.Mode == AccessMode.Ephemeral
        ? new EphemeralAccess(cluster.Api, request.DebugPod, request.Profile, context.Time, context.Tell).PlanAsync(target, AccessNeeds.Everything, cancellationToken)
        : new DebugPodAccess(cluster.Api, request.DebugPod, context.Time, context.Tell).PlanAsync(target, AccessNeeds.Everything, cancellationToken);
}

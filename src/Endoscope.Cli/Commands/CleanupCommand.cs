using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Sessions;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope cleanup</c>: removes debug pods.</summary>
internal sealed class CleanupCommand : TargetCommand
{
    private const string All = "all";
    private readonly CommandContext context;
    private readonly Option<bool> allNamespaces = new("--all-namespaces", "-A") { Description = "All debug pods of all namespaces" };
    private readonly Option<TimeSpan> olderThan = new("--older-than")
    {
        HelpName = "TIME",
        Description = "Only those made longer ago than that",
        CustomParser = OptionParsers.Duration,
    };

    public CleanupCommand(GlobalOptions globals, CommandContext context)
        : base("cleanup", "Remove the debug pods of a target (-p POD), of the namespace (-p all), or of all (--all-namespaces)", globals, context)
    {
        this.context = context;
        Options.Add(allNamespaces);
        Options.Add(olderThan);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var everywhere = result.GetValue(allNamespaces);
        var target = TargetOf(request, everywhere);
        using var cluster = context.Connect(request.Connection);
        var query = new FootprintQuery(everywhere ? null : request.Namespace ?? cluster.DefaultNamespace, target, request.DebugPod.Namespace);
        var footprints = new Footprints(cluster.Api, context.Tell);
        var found = await footprints.FindAsync(query, cancellationToken);
        if (result.GetResult(olderThan) is not null)
        {
            var latest = context.Time.GetUtcNow() - result.GetValue(olderThan);
            found = [.. found.Where(one => one.Since < latest)];
        }

        var ephemeral = found.Where(one => one.Container is not null).ToList();
        found = [.. found.Where(one => one.Container is null)];
        if (found.Count == 0)
        {
            context.Tell($"there are no debug pods{(target is null ? "" : $" of {target}")} in {(query.Namespace is null ? "any namespace" : $"namespace {query.Namespace}")}");
        }

        var gone = await RemoveAsync(footprints, found, request, everywhere, cancellationToken);
        var left = found.Where(one => !gone.Contains(one)).Concat(await EndAsync(footprints, ephemeral, cancellationToken)).ToList();
        if (request.Json)
        {
            Json.Write(context.Out, new CleanupDocument([.. gone.Select(FootprintDocument.From)], [.. left.Select(FootprintDocument.From)], [.. ephemeral.Select(FootprintDocument.From)]), CliJson.Default.CleanupDocument);
        }

        return left.Count == 0 ? ExitCode.Done : ExitCode.Cluster;
    }

    // The name of the one target, or null for all.
    private static string? TargetOf(GlobalRequest request, bool everywhere)
    {
        if (everywhere)
        {
            return request.Pod is null or All
                ? null
                : throw new UsageException($"-p {request.Pod} and --all-namespaces exclude each other", "-n NAMESPACE -p POD cleans up after one target");
        }

        var target = request.Target;
        return target.Kind is null
            ? target.Name == All ? null : target.Name
            : throw new UsageException($"cleanup takes a pod's name, not '{request.Pod}'", "-p all removes every debug pod of the namespace");
    }

    // What cannot be removed is at least ended, and said. Those whose process could not be ended.
    private async Task<IReadOnlyList<Footprint>> EndAsync(Footprints footprints, IReadOnlyList<Footprint> ephemeral, CancellationToken cancellationToken)
    {
        List<Footprint> left = [];
        foreach (var one in ephemeral)
        {
            var problem = one.State == "Running" ? await footprints.EndAsync(one, cancellationToken) : null;
            context.Tell($"ephemeral container {one.Container} of pod {one.Namespace}/{one.Name} cannot be removed and stays in the spec until the pod ends; "
                + (problem is null ? one.State == "Pending" ? "it has not started" : "its process has ended" : $"its process still waits: {problem.Message}"));
            if (problem is not null)
            {
                left.Add(one);
            }
        }

        return left;
    }

    private async Task<IReadOnlyCollection<Footprint>> RemoveAsync(
        Footprints footprints, IReadOnlyList<Footprint> found, GlobalRequest request, bool everywhere, CancellationToken cancellationToken)
    {
        List<Footprint> gone = [];
        using var limit = new CancellationTokenSource(request.Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await footprints.RemoveAsync(found, Gone, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            context.Tell($"error: not all debug pods were gone within {Duration.Format(request.Timeout)}; the rest is still being deleted");
        }

        lock (gone)
        {
            return [.. gone];
        }

        // Several may be gone at once.
        void Gone(Footprint one)
        {
            lock (gone)
            {
                gone.Add(one);
                if (!request.Json)
                {
                    context.Out.WriteLine(everywhere ? $"{one.Namespace}/{one.Name}" : one.Name);
                }
            }
        }
    }
}

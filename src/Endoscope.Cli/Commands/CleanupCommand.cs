using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Sessions;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope cleanup</c>: removes debug pods of a namespace.</summary>
internal sealed class CleanupCommand : TargetCommand
{
    private const string All = "all";
    private readonly CommandContext context;

    public CleanupCommand(GlobalOptions globals, CommandContext context)
        : base("cleanup", "Remove the debug pods of a target (-p POD), or all of the namespace (-p all)", globals, context) =>
        this.context = context;

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var target = request.Target;
        if (target.Kind is not null)
        {
            throw new UsageException($"cleanup takes a pod's name, not '{request.Pod}'", "-p all removes every debug pod of the namespace");
        }

        using var cluster = context.Connect(request.Connection);
        var ns = request.Namespace ?? cluster.DefaultNamespace;
        var cleanup = new DebugPodCleanup(cluster.Api);
        var pods = await cleanup.FindAsync(ns, target.Name == All ? null : target.Name, cancellationToken);
        if (pods.Count == 0)
        {
            context.Tell($"there are no debug pods{(target.Name == All ? "" : $" of {target.Name}")} in namespace {ns}");
        }

        HashSet<string> gone = [];
        await RemoveAsync(cleanup, ns, pods, request, pod => gone.Add(pod.Name), cancellationToken);
        if (request.Json)
        {
            var left = pods.Select(pod => pod.Name).Where(name => !gone.Contains(name));
            Json.Write(context.Out, new CleanupDocument(ns, [.. gone], [.. left]), CliJson.Default.CleanupDocument);
        }

        return gone.Count == pods.Count ? ExitCode.Done : ExitCode.Cluster;
    }

    private async Task RemoveAsync(
        DebugPodCleanup cleanup, string ns, IReadOnlyList<DebugPodName> pods, GlobalRequest request, Action<DebugPodName> gone, CancellationToken cancellationToken)
    {
        if (pods.Count == 0)
        {
            return;
        }

        using var limit = new CancellationTokenSource(request.Timeout, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await cleanup.RemoveAsync(ns, pods, Gone, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            context.Tell($"error: not all debug pods were gone within {Duration.Format(request.Timeout)}; the rest is still being deleted");
        }

        void Gone(DebugPodName pod)
        {
            gone(pod);
            if (!request.Json)
            {
                context.Out.WriteLine(pod.Name);
            }
        }
    }
}

using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Cli.Output.Graph;
using Endoscope.Cli.Ping;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope ping</c>: asks pods, or their nodes, for an answer from the target's network.</summary>
internal sealed class PingCommand : TargetCommand
{
    private const int MostProbes = 1_000_000_000;
    private const int DefaultCount = 5;
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    private readonly CommandContext context;
    private readonly Option<string> destination = new("--dest-pod", "-d") { HelpName = "POD", Description = "The pod to ping" };
    private readonly Option<string> destinationNamespace = new("--dest-namespace", "-N")
    {
        HelpName = "NAMESPACE",
        Description = "Its namespace (default: the target's)",
    };

    private readonly Option<bool> all = new("--all", "-a") { Description = "Ping all pods of that namespace" };
    private readonly Option<bool> hosts = new("--hosts", "-H") { Description = "Ping their nodes, too" };
    private readonly Option<bool> graph = new("--graph", "-g") { Description = "Show a live graph (on a terminal)" };

    private readonly Option<int> count = new("--count", "-c")
    {
        HelpName = "NUMBER",
        Description = "Probes for each destination; 0: until interrupted (default: 5)",
        CustomParser = OptionParsers.Whole(0, MostProbes),
    };

    private readonly Option<TimeSpan> interval = new("--interval", "-i")
    {
        HelpName = "SECONDS",
        Description = "Between two probes for one destination (default: 1)",
        CustomParser = OptionParsers.Seconds(TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)),
    };

    private readonly Option<int> probesPerId = new("--probes-per-id", "-C")
    {
        HelpName = "NUMBER",
        Description = "Take a new ICMP id after so many probes, so that load balancers on the way choose anew; 0: never",
        CustomParser = OptionParsers.Whole(0, MostProbes),
    };

    public PingCommand(GlobalOptions globals, CommandContext context)
        : base("ping", "Ping a pod (-d), or all pods of a namespace (-a), from the target", globals, context)
    {
        this.context = context;
        Option[] own = [destination, destinationNamespace, all, hosts, graph, count, interval, probesPerId];
        foreach (var option in own)
        {
            Options.Add(option);
        }
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        using var cluster = context.Connect(request.Connection);
        var ns = request.Namespace ?? cluster.DefaultNamespace;
        var asked = new PingRequest
        {
            Namespace = result.GetValue(destinationNamespace) ?? ns,
            Pod = Destination(result),
            Source = request.Target,
            SourceNamespace = ns,
            Pods = result.GetValue(all) || result.GetValue(destination) is not null,
            Nodes = result.GetValue(hosts),
            Count = result.GetResult(count) is null ? DefaultCount : result.GetValue(count),
            Interval = result.GetResult(interval) is null ? DefaultInterval : result.GetValue(interval),
            ProbesPerId = result.GetValue(probesPerId),
        };

        var following = PodFollower.StartAsync(cluster.Api, asked.Namespace, asked.Pod, cancellationToken);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Network, anyContainerWillDo: true, cancellationToken);
        await using var follower = await following;
        var destinations = new PingDestinations(asked, beside.Target, follower.Pods, context.Time);
        await using var view = View(destinations.Board, request.Json, result.GetValue(graph));
        var conversation = new PingConversation(asked, beside, follower, destinations, view);
        await conversation.RunAsync(cancellationToken);
        await view.FinishAsync(CancellationToken.None);
        if (asked.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return destinations.Board.IsFlawless ? ExitCode.Done : ExitCode.Negative;
    }

    private string? Destination(ParseResult result)
    {
        var pod = result.GetValue(destination);
        return (pod, result.GetValue(all), result.GetValue(hosts)) switch
        {
            (not null, true, _) => throw new UsageException("-d and -a exclude each other", "-d POD pings one pod, -a all pods of the namespace"),
            (null, false, false) => throw new UsageException("nothing to ping was named", "-d POD pings a pod, -a all pods of the namespace, -H their nodes"),
            ("", _, _) => throw new UsageException("-d names no pod"),
            _ => pod,
        };
    }

    private IPingView View(PingBoard board, bool json, bool drawn)
    {
        var features = Terminal.TerminalFeatures.FromEnvironment();
        if (json)
        {
            return new JsonPingView(board, context.Out, context.Time);
        }

        if (drawn && GraphPingView.IsPossible(context.Terminal, features))
        {
            return new GraphPingView(board, context.Terminal, features, context.Time);
        }

        var colors = context.Terminal.IsOutputTerminal ? features.Colors : Terminal.ColorSupport.None;
        return new PlainPingView(board, context.Out, context.Status, () => context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null, colors);
    }
}

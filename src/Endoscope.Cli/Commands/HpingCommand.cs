using System.CommandLine;
using System.Net.Sockets;
using System.Text;
using Endoscope.Cli.Hping;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope hping</c>: hping3 from the target at another pod.</summary>
internal sealed class HpingCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Option<string> destination = new("--dest-pod", "-d") { HelpName = "POD", Description = "The pod to send to" };
    private readonly Option<string> destinationNamespace = new("--dest-namespace", "-N")
    {
        HelpName = "NAMESPACE",
        Description = "Its namespace (default: the target's)",
    };

    private readonly Option<int> count = new("--count", "-c")
    {
        HelpName = "NUMBER",
        Description = $"Packets to send; 0: until interrupted (default: {HpingPlan.DefaultCount}; a flood ends after {HpingPlan.DefaultFlood.TotalSeconds:0} s)",
        CustomParser = OptionParsers.Whole(0, int.MaxValue),
    };

    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Flood without asking" };
    private readonly ToolArguments arguments = new("hping3");

    public HpingCommand(GlobalOptions globals, CommandContext context)
        : base("hping", "Send TCP, UDP or ICMP packets of any make to a pod, from the target, with hping3", globals, context)
    {
        this.context = context;
        Option[] own = [destination, destinationNamespace, count, yes];
        foreach (var option in own)
        {
            Options.Add(option);
        }

        Arguments.Add(arguments);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var pod = result.GetValue(destination) is { Length: > 0 } name ? name : throw new UsageException("no pod to send to was named", "-d POD names it, -N NAMESPACE its namespace");
        var given = arguments.Read(result);
        int? packets = result.GetResult(count) is null ? null : result.GetValue(count);
        if (HpingPlan.IsFlood(given) && !result.GetValue(yes))
        {
            await ConfirmFloodAsync(pod, packets, cancellationToken);
        }

        using var cluster = context.Connect(request.Connection);
        var finding = PodPlace.FindAsync(
            cluster.Api, result.GetValue(destinationNamespace) ?? request.Namespace ?? cluster.DefaultNamespace, pod, cancellationToken);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Network, anyContainerWillDo: true, cancellationToken);
        var place = await finding;
        var address = place.Address ?? throw new SessionException($"pod {place.Name} has no address to send to ({place.Trouble})");
        if (address.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new SessionException($"pod {place.Name} has the address {address}, and hping3 speaks IPv4 only", "scope ping, and shell with nc or curl, speak IPv6");
        }

        var run = new RunRequest { Argv = HpingPlan.Argv(packets, given, address) };
        await using var session = await beside.StartAsync(run, "hping", cancellationToken);
        await session.EndInputAsync(cancellationToken);
        var sink = new ToolSink(context.Terminal.StandardOutput.WriteAsync, context.Terminal.StandardError.WriteAsync);
        return (await ToolRun.ToEndAsync(session, sink, ToolRun.TimeToStop, cancellationToken)).ExitCode ?? ExitCode.Cluster;
    }

    private async Task ConfirmFloodAsync(string pod, int? packets, CancellationToken cancellationToken)
    {
        var limit = packets is null ? $"for {HpingPlan.DefaultFlood.TotalSeconds:0} s" : "until interrupted";
        if (context.Terminal is not { IsInputTerminal: true, IsErrorTerminal: true })
        {
            throw new UsageException($"--flood sends as fast as the node can, {limit}, which may disturb others", "--yes says that it is meant");
        }

        context.Status.Write($"scope: --flood sends to {Terminal.TerminalText.Escape(pod)} as fast as the node can, {limit}, which may disturb others. Go on? [y/N] ");
        var answer = new byte[256];
        var length = await context.Terminal.StandardInput.ReadAsync(answer, cancellationToken);
        if (Encoding.UTF8.GetString(answer, 0, length).Trim().ToUpperInvariant() is not ("Y" or "YES"))
        {
            throw new UsageException("not flooded", "without --flood hping3 sends one packet a second, with -i u1000 a thousand");
        }
    }
}

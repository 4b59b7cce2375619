using System.CommandLine;
using Endoscope.Capture;
using Endoscope.Cli.Capture;
using Endoscope.Protocol;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope capture</c>: packets of one or many pods, into a file, a pipe, Wireshark or lines; and what became of those between two.</summary>
internal sealed class CaptureCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Option<string> selector = new("--selector", "-l") { HelpName = "SELECTOR", Description = "All pods that the label selector selects" };
    private readonly Option<bool> all = new("--all", "-a") { Description = "All pods of the namespace" };
    private readonly PacketOptions packets = new();
    private readonly DestinationOptions destination = new();
    private readonly EndOptions end = new();
    private readonly ConversationOptions conversation = new();

    public CaptureCommand(GlobalOptions globals, CommandContext context)
        : base("capture", "Capture packets of one or many pods, live, as pcapng or a line each", globals, context)
    {
        this.context = context;
        Aliases.Add("tcpdump");
        Aliases.Add("dumpcap");
        Option[] own = [.. packets.All, .. destination.All, selector, all, .. end.All, .. conversation.All];
        foreach (var option in own)
        {
            Options.Add(option);
        }
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var between = conversation.Read(result);
        var selection = between?.Select(request.Container) ?? new PodSelection(request.Targets, result.GetValue(selector), result.GetValue(all), request.Container);
        var to = destination.Read(result);
        Check(selection, request, between, to);
        to.Check(request.Json, context.Terminal.IsOutputTerminal, to.Decoder != Decoder.None || between is not null);
        var viewer = to.Wireshark ? WiresharkProgram.Plan(WiresharkPlaces.Here(context.Variable), context.Variable, File.Exists) : null;
        var keep = between is null || to.Path is not null ? PacketEncoder.LongestPacket : ConversationOptions.BytesCompared;
        using var cluster = context.Connect(request.Connection);
        await using var run = await CaptureRun.StartAsync(
            context, new CaptureOrder(request, selection, packets.Plan(result, keep), end.Read(result)), cluster, context.Tell, cancellationToken);
        if (viewer is not null)
        {
            return await ShowAsync(viewer, request, run, cancellationToken);
        }

        var view = between is null ? null : ConversationView.Of(between, run, context, request.Json);
        await using var output = CaptureOutput.Open(to, context, view, run.Names, run.PodCount > 1, request.Json);
        return await RecordAsync(request, run, output, view, cancellationToken);
    }

    private async Task<int> RecordAsync(GlobalRequest request, CaptureRun run, CaptureOutput output, ConversationView? view, CancellationToken cancellationToken)
    {
        var report = new CaptureReport(run.Board, context, request.Json ? output.IsDataOnOutput ? context.Status : context.Out : null)
        {
            MayDraw = !(output.ShowsLines && context.Terminal.IsOutputTerminal),
        };
        run.ReaderGone = output.ReaderGone;
        run.View = output.View;
        await run.RecordAsync(output.Sink, report.Tell, report.Progress, cancellationToken);
        await output.FinishAsync(report.Tell);
        report.Finish(output.Where);
        return view is null ? run.Board.ExitCode : await view.FinishAsync(run.Board, context.Tell);
    }

    private async Task<int> ShowAsync(ViewerPlan plan, GlobalRequest request, CaptureRun run, CancellationToken cancellationToken)
    {
        using var viewer = WiresharkProgram.Start(plan);
        run.ReaderGone = viewer.Ended;
        var report = new CaptureReport(run.Board, context, request.Json ? context.Out : null);
        await run.RecordAsync(new StreamSink(viewer.Input), report.Tell, report.Progress, cancellationToken);
        report.Finish("");
        if (await viewer.FailureAsync(run.IsReaderGone) is not { } failure)
        {
            return run.Board.ExitCode;
        }

        context.Tell("error: " + failure);
        return ExitCode.Lost;
    }

    private static void Check(PodSelection selection, GlobalRequest request, BetweenRequest? between, CaptureDestination to)
    {
        if (between is not null && to.Decoder != Decoder.None)
        {
            throw new UsageException("--between and --decode exclude each other", "--between shows a line a packet, too");
        }

        if (between is not null && request.Pod is not null)
        {
            throw new UsageException("--between names its targets itself", "leave -p out");
        }

        if (selection.References.Count == 0 && selection.LabelSelector is null && !selection.All)
        {
            throw new UsageException(
                "no target was named", "-p POD before the command names a pod to capture (also -p A,B or -p deploy/NAME), -l SELECTOR or -a after it several");
        }
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Endoscope.Capture;
using Endoscope.Cli.Capture;
using Endoscope.Protocol;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope capture</c>: packets of one or many pods, into a file or a pipe.</summary>
internal sealed class CaptureCommand : TargetCommand
{
    private const int DefaultMaxPods = 50;
    private const int MostMaxPods = 1000;
    private const long DefaultBuffer = 64 << 20;
    private const string StandardOutput = "-";

    private readonly CommandContext context;
    private readonly Option<string> filter = new("--filter", "-f") { HelpName = "FILTER", Description = "Only packets that match, in libpcap's language (tcp port 5432)" };
    private readonly Option<string[]> interfaces = new("--interface", "-i")
    {
        HelpName = "NAME",
        Description = "An interface of the pods; can be given again (default: all that are up, but loopback; any: all in one)",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string> file = new("--write", "-w") { HelpName = "FILE", Description = "Where the packets go, as pcapng; -: standard output" };
    private readonly Option<bool> wireshark = new("--wireshark") { Description = "Show the packets in Wireshark, live; closing it ends the capture" };
    private readonly Option<string> selector = new("--selector", "-l") { HelpName = "SELECTOR", Description = "All pods that the label selector selects" };
    private readonly Option<bool> all = new("--all", "-a") { Description = "All pods of the namespace" };
    private readonly Option<TimeSpan> duration = new("--duration") { HelpName = "TIME", Description = "End after this time", CustomParser = OptionParsers.Duration };
    private readonly Option<int> packets = new("--packets") { HelpName = "NUMBER", Description = "End after so many packets", CustomParser = OptionParsers.Whole(1, int.MaxValue) };
    private readonly Option<long> size = new("--size") { HelpName = "SIZE", Description = "End when so much is written (100M)", CustomParser = OptionParsers.Size };
    private readonly Option<int> snapLength = new("--snaplen")
    {
        HelpName = "BYTES",
        Description = "Keep so much of each packet (default: all)",
        CustomParser = OptionParsers.Whole(1, PacketEncoder.LongestPacket),
    };

    private readonly Option<Ring> ring = new("--ring") { HelpName = "FILESxSIZE", Description = "Write a ring of files instead of one (10x100M), the oldest deleted", CustomParser = ParseRing };
    private readonly Option<long> buffer = new("--buffer") { HelpName = "SIZE", Description = "The kernel's buffers on each node, all together (default: 64M)", CustomParser = OptionParsers.Size };
    private readonly Option<int> maxPods = new("--max-pods")
    {
        HelpName = "NUMBER",
        Description = "Capture so many pods at most (default: 50)",
        CustomParser = OptionParsers.Whole(1, MostMaxPods),
    };

    public CaptureCommand(GlobalOptions globals, CommandContext context)
        : base("capture", "Capture packets of one or many pods, live, as pcapng", globals, context)
    {
        this.context = context;
        Aliases.Add("tcpdump");
        Aliases.Add("dumpcap");
        Option[] own = [filter, interfaces, file, wireshark, selector, all, duration, packets, size, snapLength, ring, buffer, maxPods];
        foreach (var option in own)
        {
            Options.Add(option);
        }
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var selection = new PodSelection(request.Targets, result.GetValue(selector), result.GetValue(all), request.Container);
        Check(result, request, selection);
        var viewer = result.GetValue(wireshark) ? WiresharkProgram.Plan(WiresharkPlaces.Here(context.Variable), context.Variable, System.IO.File.Exists) : null;
        using var cluster = context.Connect(request.Connection);
        await using var run = await CaptureRun.StartAsync(
            context, new CaptureOrder(request, selection, Plan(result), Settings(result)), cluster, context.Tell, cancellationToken);
        return viewer is null ? await RecordAsync(result, request, run, cancellationToken) : await ShowAsync(viewer, request, run, cancellationToken);
    }

    private async Task<int> RecordAsync(ParseResult result, GlobalRequest request, CaptureRun run, CancellationToken cancellationToken)
    {
        var path = result.GetValue(file) ?? StandardOutput;
        var isDataOnOutput = path == StandardOutput;
        var report = new CaptureReport(run.Board, context, request.Json ? isDataOnOutput ? context.Status : context.Out : null);
        await run.RecordAsync(Open(path, result.GetValue(ring)), report.Tell, report.Progress, cancellationToken);
        report.Finish(isDataOnOutput ? "" : $" in {path}");
        return run.Board.ExitCode;
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

    private void Check(ParseResult result, GlobalRequest request, PodSelection selection)
    {
        if (selection.References.Count == 0 && selection.LabelSelector is null && !selection.All)
        {
            throw new UsageException(
                "no target was named", "-p POD before the command names a pod to capture (also -p A,B or -p deploy/NAME), -l SELECTOR or -a after it several");
        }

        if (result.GetValue(wireshark) && result.GetValue(file) is not null)
        {
            throw new UsageException("--wireshark and -w exclude each other", "Wireshark saves what it shows");
        }

        if (result.GetValue(ring) is not null && (result.GetValue(file) ?? StandardOutput) == StandardOutput)
        {
            throw new UsageException("a ring is made of files", "-w FILE names them");
        }

        if (result.GetValue(file) is null && !result.GetValue(wireshark) && context.Terminal.IsOutputTerminal)
        {
            throw new UsageException("packets are not for a terminal", "-w FILE names a file for them, --wireshark shows them, -w - and a pipe give them to another program");
        }
    }

    private CaptureSettings Settings(ParseResult result) => new()
    {
        CommandLine = CommandLineText.Format(result.Tokens.Select(token => token.Value)),
        Duration = result.GetResult(duration) is null ? null : result.GetValue(duration),
        Packets = result.GetResult(packets) is null ? null : result.GetValue(packets),
        Size = result.GetResult(size) is null ? null : result.GetValue(size),
        MaxPods = result.GetResult(maxPods) is null ? DefaultMaxPods : result.GetValue(maxPods),
    };

    private CaptureRequest Plan(ParseResult result) => new()
    {
        Filter = result.GetValue(filter) is { Length: > 0 } text ? text : null,
        Interfaces = result.GetValue(interfaces) ?? [],
        SnapLength = result.GetResult(snapLength) is null ? PacketEncoder.LongestPacket : result.GetValue(snapLength),
        BufferBytes = result.GetResult(buffer) is null ? DefaultBuffer : result.GetValue(buffer),
        KubeletPort = 10250,
    };

    private ICaptureSink Open(string path, Ring? files) => (path, files) switch
    {
        (StandardOutput, _) => new StreamSink(context.Terminal.StandardOutput),
        (_, null) => new FileSink(path),
        _ => new RingSink(path, files.Files, files.Size),
    };

    private static Ring? ParseRing(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Split('x', '×') is [var files, var size] && int.TryParse(files, out var count) && count is >= 2 and <= 100_000
            && OptionParsers.TrySize(size) is >= 1 << 16 and var bytes)
        {
            return new Ring(count, bytes);
        }

        result.AddError($"'{text}' is not a ring of files: write 10x100M, at least 2 files of at least 64K");
        return null;
    }
}

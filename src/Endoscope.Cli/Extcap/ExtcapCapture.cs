using System.Globalization;
using System.Runtime.InteropServices;
using Endoscope.Capture;
using Endoscope.Cli.Capture;
using Endoscope.Cli.Output;
using Endoscope.Kubernetes;

namespace Endoscope.Cli.Extcap;

/// <summary>A capture for Wireshark: packets into its pipe, words into its log. Standard error stays empty unless something is wrong, as Wireshark shows it.</summary>
internal sealed class ExtcapCapture(CommandContext context, GlobalRequest global, ExtcapArguments asked)
{
    private static readonly TimeSpan TimeToOpen = TimeSpan.FromSeconds(2);

    /// <summary>Captures until told to stop, or until Wireshark reads no more.</summary>
    /// <returns>As <c>scope capture</c>.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        var opening = OpenAsync(asked["--fifo"] ?? throw new UsageException("--capture needs --fifo", "Wireshark gives both"), stop);
        await using var toolbar = Toolbar.Open(asked["--extcap-control-in"], asked["--extcap-control-out"]);
        Cluster? cluster = null;
        try
        {
            CaptureRun run;
            try
            {
                var order = ExtcapOrder.Plan(global, asked);
                cluster = context.Connect(global.Connection, toolbar.Log);
                run = await CaptureRun.StartAsync(context, order, cluster, toolbar.Log, stop);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                await SayThatThereIsNothingAsync(opening);
                throw;
            }

            await using (run)
            {
                return await RecordAsync(run, toolbar, opening, stop);
            }
        }
        finally
        {
            cluster?.Dispose();
        }
    }

    private async Task<int> RecordAsync(CaptureRun run, Toolbar toolbar, Task<FileStream> opening, CancellationToken stop)
    {
        run.IsPaused = () => toolbar.IsPaused;
        toolbar.Statistics = () => Statistics(run.Board);
        await using var fifo = await opening;
        await run.RecordAsync(new StreamSink(fifo), toolbar.Log, () => { }, stop);
        return Report(run.Board);
    }

    // Whoever waits for packets would wait for ever, and not look why there are none.
    private static async Task SayThatThereIsNothingAsync(Task<FileStream> opening)
    {
        try
        {
            await using var fifo = await opening.WaitAsync(TimeToOpen);
            await using var writer = new CaptureWriter(new StreamSink(fifo));
            writer.Begin($"scope {CommandContext.Version}", RuntimeInformation.OSDescription, comment: null);
            await writer.FlushAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException or OperationCanceledException)
        {
            // Nobody waits.
        }
    }

    // Waits for the reader, as pipes do; who is told to stop waits no longer.
    private static Task<FileStream> OpenAsync(string path, CancellationToken stop) =>
        Task.Run(() => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), stop).WaitAsync(stop);

    // The counters come once a second and are a little older than the packets.
    private static string Statistics(CaptureBoard board) => string.Join('\n',
    [
        .. board.Interfaces.Select(one => Invariant($"{one.Name}: {one.Packets} packets captured, {Math.Max(one.Received, one.Packets)} passed the filter, {one.Dropped} dropped by the kernel")),
        .. board.LeftOut > 0 ? [Invariant($"{board.LeftOut} packets left out while paused")] : Array.Empty<string>(),
        .. board.Truncations.Select(missing => "not whole: " + missing),
        Invariant($"{board.Packets} packets, {Size.Format(board.Bytes)}"),
    ]);

    private int Report(CaptureBoard board)
    {
        if (board.Truncations.Count > 0)
        {
            context.Tell("error: the capture is not whole: " + string.Join("; ", board.Truncations));
        }
        else if (board.Dropped > 0)
        {
            context.Tell(Invariant($"the kernels of the nodes dropped {board.Dropped} of {board.Interfaces.Sum(one => one.Received)} packets that passed the filter"));
        }

        return board.ExitCode;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

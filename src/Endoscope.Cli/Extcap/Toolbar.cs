using System.Threading.Channels;

namespace Endoscope.Cli.Extcap;

/// <summary>
/// The controls that Wireshark shows while a capture runs: a pause, a button for statistics, and a log. They are reached by two pipes, and
/// the capture never waits for either.
/// </summary>
internal sealed class Toolbar : IAsyncDisposable
{
    public const byte PauseControl = 0;
    public const byte StatisticsControl = 1;
    public const byte LogControl = 2;

    private const int MostWaiting = 256;

    // For the last words, of which nothing depends.
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(1);

    private readonly Channel<ToolbarMessage> waiting =
        Channel.CreateBounded<ToolbarMessage>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource stop = new();
    private readonly Task writing;
    private volatile bool isPaused;

    private Toolbar(Func<Stream>? fromWireshark, Func<Stream>? toWireshark)
    {
        if (fromWireshark is not null)
        {
            _ = Task.Run(() => ReadAsync(fromWireshark));
        }

        writing = toWireshark is null ? Task.CompletedTask : Task.Run(() => WriteAsync(toWireshark));
    }

    /// <summary>Whether the user wants packets left out.</summary>
    public bool IsPaused => isPaused;

    /// <summary>What the statistics button shows.</summary>
    public Func<string> Statistics { get; set; } = () => "nothing is captured yet";

    /// <summary>Opens the pipes in the background, where Wireshark names any: tshark has no toolbar.</summary>
    /// <param name="fromWireshark">The path of the pipe that tells what the user does.</param>
    /// <param name="toWireshark">The path of the pipe for what the user is to see.</param>
    public static Toolbar Open(string? fromWireshark, string? toWireshark)
    {
        return new Toolbar(Opening(fromWireshark, FileAccess.Read), Opening(toWireshark, FileAccess.Write));

        static Func<Stream>? Opening(string? path, FileAccess access) =>
            path is null ? null : () => new FileStream(path, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);
    }

    /// <summary>Adds a line to the log.</summary>
    public void Log(string line) => Send(LogControl, ToolbarCommand.Add, line + "\n");

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Task.WhenAny(writing, Task.Delay(TimeToEnd, CancellationToken.None));
        await stop.CancelAsync();
    }

    private void Send(byte control, ToolbarCommand command, string text) => waiting.Writer.TryWrite(ToolbarMessage.Of(control, command, text));

    private async Task ReadAsync(Func<Stream> open)
    {
        try
        {
            await using var pipe = open();
            while (await ToolbarMessage.ReadAsync(pipe, stop.Token) is { } message)
            {
                Take(message);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or UnauthorizedAccessException)
        {
            // Without a toolbar a capture is as good as with one.
        }
    }

    private void Take(ToolbarMessage message)
    {
        switch (message)
        {
            case { Command: ToolbarCommand.Set, Control: PauseControl, Payload: [var value, ..] }:
                isPaused = value != 0;
                Log(isPaused ? "paused: packets are left out" : "packets are written again");
                break;
            case { Command: ToolbarCommand.Set, Control: StatisticsControl }:
                var text = Statistics();
                Log(text);
                Send(StatisticsControl, ToolbarCommand.Information, text);
                break;
        }
    }

    private async Task WriteAsync(Func<Stream> open)
    {
        try
        {
            await using var pipe = open();
            await foreach (var message in waiting.Reader.ReadAllAsync(stop.Token))
            {
                await pipe.WriteAsync(message.Format(), stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or UnauthorizedAccessException)
        {
            waiting.Writer.TryComplete();
        }
    }
}

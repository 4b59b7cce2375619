using System.Text;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output.Graph;

/// <summary>
/// The live picture: redrawn when something happened, at most ten times a second, and once a second for the clock. Keys scroll, sort and
/// quit. At the end the last frame is printed on the normal screen, where it stays.
/// </summary>
internal sealed class GraphPingView : IPingView
{
    private const int LinesOfPrompt = 2;

    private static readonly TimeSpan ShortestFrame = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestFrame = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(8);
    private static readonly WindowSize UsualSize = new(80, 24);

    private readonly PingBoard board;
    private readonly ITerminal terminal;
    private readonly TimeProvider time;
    private readonly Palette palette;
    private readonly GraphGlyphs glyphs;
    private readonly GraphOrder order = new();
    private readonly GraphScreen screen;
    private readonly IDisposable? rawMode;
    private readonly IDisposable resizing;
    private readonly SemaphoreSlim isDirty = new(0, 1);
    private readonly CancellationTokenSource quit = new();
    private readonly CancellationTokenSource end = new();
    private readonly Task drawing;
    private readonly Task reading;

    // Written by the thread that reads keys, read by the one that draws.
    private volatile int scroll;
    private volatile int page = 1;
    private volatile GraphSort sort = GraphSort.Worst;
    private volatile Announcement? announcement;

    /// <summary>Takes the screen and begins to draw.</summary>
    public GraphPingView(PingBoard board, ITerminal terminal, TerminalFeatures features, TimeProvider time)
    {
        (this.board, this.terminal, this.time) = (board, terminal, time);
        palette = Palette.For(features.Colors);
        glyphs = features.Unicode ? GraphGlyphs.Unicode : GraphGlyphs.Ascii;
        rawMode = terminal.IsInputTerminal ? terminal.EnterRawMode() : null;
        screen = new GraphScreen(terminal, palette);
        resizing = terminal.OnResize(_ => Wake());
        drawing = Task.Run(DrawAsync);
        reading = rawMode is null ? Task.CompletedTask : Task.Run(ReadKeysAsync);
    }

    /// <summary>Whether a terminal can show the graph at all.</summary>
    public static bool IsPossible(ITerminal terminal, TerminalFeatures features) => terminal.IsOutputTerminal && features.CursorMovement;

    public CancellationToken Quit => quit.Token;

    public void Show(PingChange change)
    {
        var text = change switch
        {
            Notice notice => notice.Text,
            Came came when board.LatestSequence >= 0 => $"{PingText.Name(came.Destination)} came",
            Left left => $"{PingText.Name(left.Destination)} is {PingText.Trouble(left.Destination)}",
            AddressChanged { Destination: { Address: { } address } changed } => $"{PingText.Name(changed)} has address {address} now",
            _ => null,
        };
        if (text is not null)
        {
            announcement = new Announcement(text, time.GetUtcNow() + NoticeTime);
        }

        Wake();
    }

    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        announcement = null;
        var size = Size;

        // Some lines less: the prompt that follows must not push the title off the screen.
        var frame = Render(size with { Rows = Math.Max(1, size.Rows - LinesOfPrompt) }, isLast: true);
        var lines = frame.Lines.Select(line => line.ToAnsi(palette, size.Columns) + "\n");
        await terminal.StandardOutput.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines)), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        isDirty.Dispose();
        quit.Dispose();
        end.Dispose();
    }

    private WindowSize Size => terminal.Size ?? UsualSize;

    private async Task StopAsync()
    {
        await end.CancelAsync();
        await drawing;
        await reading;
        resizing.Dispose();
        screen.Dispose();
        rawMode?.Dispose();
    }

    private void Wake()
    {
        try
        {
            isDirty.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // A frame is due already, or none will come.
        }
    }

    private async Task DrawAsync()
    {
        try
        {
            while (true)
            {
                var size = Size;
                screen.Draw(Render(size, isLast: false), size);
                await Task.Delay(ShortestFrame, time, end.Token);
                await isDirty.WaitAsync(LongestFrame - ShortestFrame, end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (IOException)
        {
            await quit.CancelAsync();
        }
    }

    private GraphFrame Render(WindowSize size, bool isLast)
    {
        lock (board.Gate)
        {
            var now = time.GetUtcNow();
            var frame = PingGraph.Render(board, order.Arrange(board.Destinations, sort, now), new GraphLook
            {
                Size = size,
                Glyphs = glyphs,
                Now = now,
                Sort = sort,
                Scroll = isLast ? 0 : scroll,
                Notice = announcement is { } said && said.Until > now ? said.Text : null,
                IsLast = isLast,
            });
            (scroll, page) = (frame.Scroll, frame.Page);
            return frame;
        }
    }

    private async Task ReadKeysAsync()
    {
        var buffer = new byte[256];
        try
        {
            while (await terminal.StandardInput.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                foreach (var key in GraphKeys.Parse(Encoding.Latin1.GetString(buffer, 0, count)))
                {
                    await ActAsync(key);
                }

                Wake();
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (IOException)
        {
            await quit.CancelAsync();
        }
    }

    private async Task ActAsync(GraphKey key)
    {
        switch (key)
        {
            case GraphKey.Quit:
                await quit.CancelAsync();
                break;
            case GraphKey.Suspend:
                terminal.Suspend();
                break;
            case GraphKey.NextSort:
                sort = (GraphSort)(((int)sort + 1) % Enum.GetValues<GraphSort>().Length);
                break;
            case GraphKey.Redraw:
                screen.Forget();
                break;
            case GraphKey.Top:
                scroll = 0;
                break;
            case GraphKey.Bottom:
                scroll = int.MaxValue;
                break;
            default:
                var step = key switch { GraphKey.LineUp => -1, GraphKey.LineDown => 1, GraphKey.PageUp => -page, _ => page };
                scroll = (int)Math.Clamp((long)scroll + step, 0, int.MaxValue);
                break;
        }
    }

    /// <summary>Something said in the foot, for a while.</summary>
    private sealed record Announcement(string Text, DateTimeOffset Until);
}

using System.IO.Pipelines;
using System.Text;
using Endoscope.Cli.Output.Graph;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Tests.Ping;

public sealed class GraphPingViewTests
{
    private static readonly TerminalFeatures Features = new(ColorSupport.None, Unicode: true, CursorMovement: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LeavesTheScreenCleanWithTheLastFrameOnIt()
    {
        var terminal = new FakeTerminal();
        await using (var view = new GraphPingView(GraphScenario.Play(3, rounds: 9), terminal, Features, TimeProvider.System))
        {
            await terminal.Writes("every 1 s", Cancellation);
            await view.FinishAsync(Cancellation);
        }

        var all = terminal.Written;
        var left = all.IndexOf("\e[?1049l", StringComparison.Ordinal);
        Assert.StartsWith("\e[?1049h\e[?25l", all, StringComparison.Ordinal);
        Assert.Contains("\e[?25h", all[..left], StringComparison.Ordinal);
        Assert.Contains("3 of 3 destinations answered every probe", all[left..], StringComparison.Ordinal);
        Assert.DoesNotContain("\e[?", all[(left + 8)..], StringComparison.Ordinal);
        Assert.Equal(1, all.Split("\e[?1049l").Length - 1);
        Assert.False(terminal.IsRaw);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("\u0003")]
    public async Task AKeyAsksToQuit(string key)
    {
        var terminal = new FakeTerminal();
        await using var view = new GraphPingView(GraphScenario.Play(3, rounds: 9), terminal, Features, TimeProvider.System);
        var quit = new TaskCompletionSource();
        await using var registration = view.Quit.Register(quit.SetResult);

        await terminal.TypeAsync(key, Cancellation);

        await quit.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancellation);
    }

    [Fact]
    public async Task FollowsTheWindowsSize()
    {
        var terminal = new FakeTerminal { Size = new WindowSize(100, 10) };
        await using var view = new GraphPingView(GraphScenario.Play(30, rounds: 9), terminal, Features, TimeProvider.System);
        await terminal.Writes("1–7 of 30", Cancellation);

        terminal.Resize(new WindowSize(60, 15));

        await terminal.Writes("1–12 of 30", Cancellation);
    }

    [Fact]
    public async Task SaysWhoComesAndGoes()
    {
        var terminal = new FakeTerminal();
        var board = GraphScenario.Play(3, rounds: 9);
        await using var view = new GraphPingView(board, terminal, Features, TimeProvider.System);

        view.Show(board.Add(PingScenario.Pod("late\e[2J"), null, null, "Pending"));

        await terminal.Writes(@"late\x1b[2J came", Cancellation);
    }

    /// <summary>A terminal in memory.</summary>
    private sealed class FakeTerminal : ITerminal
    {
        private readonly Pipe keyboard = new();
        private readonly Screen screen = new();
        private Action<WindowSize>? resized;

        public bool IsInputTerminal => true;

        public bool IsOutputTerminal => true;

        public bool IsErrorTerminal => true;

        public Stream StandardInput => keyboard.Reader.AsStream();

        public Stream StandardOutput => screen;

        public Stream StandardError => Stream.Null;

        public WindowSize? Size { get; set; } = new WindowSize(100, 24);

        public bool IsRaw { get; private set; }

        public string Written => screen.Text;

        public IDisposable OnResize(Action<WindowSize> resized)
        {
            this.resized = resized;
            return new Undo(() => this.resized = null);
        }

        public IDisposable EnterRawMode()
        {
            IsRaw = true;
            return new Undo(() => IsRaw = false);
        }

        public IDisposable OnSuspend(Action suspending, Action resumed) => new Undo(() => { });

        public void Suspend()
        {
            // Nothing to suspend in memory.
        }

        public void Resize(WindowSize size)
        {
            Size = size;
            resized?.Invoke(size);
        }

        public async Task TypeAsync(string keys, CancellationToken cancellationToken) =>
            await keyboard.Writer.WriteAsync(Encoding.Latin1.GetBytes(keys), cancellationToken);

        public async Task Writes(string text, CancellationToken cancellationToken)
        {
            for (var i = 0; i < 500 && !Written.Contains(text, StringComparison.Ordinal); i++)
            {
                await Task.Delay(20, cancellationToken);
            }

            Assert.Contains(text, Written, StringComparison.Ordinal);
        }
    }

    /// <summary>What was written, readable beside the writing.</summary>
    private sealed class Screen : MemoryStream
    {
        public string Text
        {
            get
            {
                lock (this)
                {
                    return Encoding.UTF8.GetString(ToArray());
                }
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            lock (this)
            {
                base.Write(buffer, offset, count);
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            lock (this)
            {
                base.Write(buffer);
            }
        }
    }

    private sealed class Undo(Action undo) : IDisposable
    {
        public void Dispose() => undo();
    }
}

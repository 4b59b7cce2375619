using System.Runtime.Versioning;
using Endoscope.Terminal.Unix;

namespace Endoscope.Terminal.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class UnixTerminalTests
{
    private const int SigWinch = 28;
    private const int SigCont = 18;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public void TellsTerminalsFromPipes()
    {
        using var pty = new PseudoTerminal();
        using var pipe = new TestPipe();
        var terminal = new UnixTerminal(pty.Slave, pipe.WriteEnd, pty.Slave);

        Assert.True(terminal.IsInputTerminal);
        Assert.False(terminal.IsOutputTerminal);
        Assert.True(terminal.IsErrorTerminal);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public void KnowsTheSizeByAnyDescriptorThatIsATerminal()
    {
        using var pty = new PseudoTerminal();
        using var pipe = new TestPipe();
        pty.Resize(columns: 132, rows: 50);

        Assert.Equal(new WindowSize(132, 50), new UnixTerminal(pipe.ReadEnd, pipe.WriteEnd, pty.Slave).Size);
        Assert.Null(new UnixTerminal(pipe.ReadEnd, pipe.WriteEnd, pipe.WriteEnd).Size);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public void HasNoSizeWhereTheTerminalSaysZero()
    {
        using var pty = new PseudoTerminal();

        Assert.Null(new UnixTerminal(pty.Slave, pty.Slave, pty.Slave).Size);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task ReportsANewSizeUntilDisposed()
    {
        using var pty = new PseudoTerminal();
        var terminal = new UnixTerminal(pty.Slave, pty.Slave, pty.Slave);
        var sizes = System.Threading.Channels.Channel.CreateUnbounded<WindowSize>();
        using (terminal.OnResize(size => sizes.Writer.TryWrite(size)))
        {
            pty.Resize(100, 30);
            Assert.Equal(0, LibC.Kill(Environment.ProcessId, SigWinch));

            Assert.Equal(new WindowSize(100, 30), await sizes.Reader.ReadAsync(Cancellation));
        }
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public void RawModeLeavesTheSettingsAsTheyWere()
    {
        using var pty = new PseudoTerminal();
        var before = pty.Settings;
        var terminal = new UnixTerminal(pty.Slave, pty.Slave, pty.Slave);

        var mode = terminal.EnterRawMode();
        Assert.NotEqual(before, pty.Settings);
        mode.Dispose();

        Assert.Equal(before, pty.Settings);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task RawModeHandsOverEveryKeyAtOnce()
    {
        using var pty = new PseudoTerminal();
        var terminal = new UnixTerminal(pty.Slave, pty.Slave, pty.Slave);
        using var mode = terminal.EnterRawMode();

        pty.Type("\u0003\u001a\r");
        var keys = new byte[3];
        await terminal.StandardInput.ReadExactlyAsync(keys, Cancellation);

        Assert.Equal([3, 26, 13], keys);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public async Task GoesBackToRawModeWhenContinued()
    {
        using var pty = new PseudoTerminal();
        var terminal = new UnixTerminal(pty.Slave, pty.Slave, pty.Slave);
        using var mode = terminal.EnterRawMode();
        var raw = pty.Settings;
        var resumed = new TaskCompletionSource();
        using var watch = terminal.OnSuspend(() => { }, () => resumed.TrySetResult());

        new RawModeBreaker(pty).MakeCooked();
        Assert.NotEqual(raw, pty.Settings);
        Assert.Equal(0, LibC.Kill(Environment.ProcessId, SigCont));
        await resumed.Task.WaitAsync(Cancellation);

        Assert.Equal(raw, pty.Settings);
    }

    [Fact(SkipUnless = nameof(OnLinux.Holds), SkipType = typeof(OnLinux), Skip = OnLinux.Why)]
    public void RefusesRawModeOnAPipe()
    {
        using var pipe = new TestPipe();
        var terminal = new UnixTerminal(pipe.ReadEnd, pipe.WriteEnd, pipe.WriteEnd);

        var failure = Assert.Throws<IOException>(terminal.EnterRawMode);

        Assert.Contains("Inappropriate ioctl", failure.Message, StringComparison.Ordinal);
    }
}

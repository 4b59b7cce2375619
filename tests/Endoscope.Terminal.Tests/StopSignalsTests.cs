using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Tests;

/// <summary>Hands the signals over directly: a real one would stop the test runner, which listens too.</summary>
public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    [InlineData(PosixSignal.SIGHUP, 129)]
    public void ASignalCancelsAndNamesTheExitCode(PosixSignal signal, int exitCode)
    {
        using var signals = new StopSignals();
        Assert.Null(signals.ExitCode);
        var context = new PosixSignalContext(signal);

        signals.Receive(context);

        Assert.True(context.Cancel);
        Assert.True(signals.Stop.IsCancellationRequested);
        Assert.Equal(signal, signals.Received);
        Assert.Equal(exitCode, signals.ExitCode);
    }

    [Fact]
    public void ASecondSignalChangesNothing()
    {
        using var signals = new StopSignals();

        signals.Receive(new PosixSignalContext(PosixSignal.SIGTERM));
        signals.Receive(new PosixSignalContext(PosixSignal.SIGINT));

        Assert.True(signals.Stop.IsCancellationRequested);
        Assert.Equal(143, signals.ExitCode);
    }

    [Fact]
    public void ASignalAfterTheEndIsNoError()
    {
        var signals = new StopSignals();
        signals.Dispose();

        signals.Receive(new PosixSignalContext(PosixSignal.SIGTERM));

        Assert.Equal(143, signals.ExitCode);
    }
}

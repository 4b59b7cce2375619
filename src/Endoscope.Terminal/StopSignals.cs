using System.Runtime.InteropServices;

namespace Endoscope.Terminal;

/// <summary>
/// Turns SIGINT, SIGTERM and SIGHUP into tokens, so that the program ends by returning and cleans up behind itself.
/// </summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Lock gate = new();

    /// <summary>Begins to listen.</summary>
    public StopSignals() => registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Receive),
    ];

    /// <summary>Cancelled by the first signal: stop what is being done. More signals change nothing, since every clean-up has its own limit.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>The first signal received, or null.</summary>
    public PosixSignal? Received { get; private set; }

    /// <summary>128 and the first signal's number, as a shell reports it: 130, 143 or 129; null before any.</summary>
    public int? ExitCode => Received switch
    {
        null => null,
        PosixSignal.SIGINT => 130,
        PosixSignal.SIGTERM => 143,
        _ => 129,
    };

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        stop.Dispose();
    }

    internal void Receive(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (gate)
        {
            Received ??= context.Signal;
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The signal came while the program was already returning.
        }
    }
}

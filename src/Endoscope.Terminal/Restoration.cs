using System.Runtime.InteropServices;

namespace Endoscope.Terminal;

/// <summary>
/// Puts something about the terminal back exactly once: on dispose, or before the process ends in any way that lets it act
/// (return from Main, an unhandled exception, SIGINT, SIGTERM, SIGHUP, SIGQUIT).
/// </summary>
public sealed class Restoration : IDisposable
{
    private static readonly PosixSignal[] EndingSignals =
        [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    private readonly List<PosixSignalRegistration> signals = [];
    private Action? restore;

    /// <summary>Takes the action that puts things back; it may run on any thread and must not throw.</summary>
    public Restoration(Action restore)
    {
        this.restore = restore;
        AppDomain.CurrentDomain.ProcessExit += OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException += OnProcessEnd;
        foreach (var signal in EndingSignals)
        {
            // Whether the signal ends the process is for others to say; none is cancelled here.
            signals.Add(PosixSignalRegistration.Create(signal, _ => RestoreOnce()));
        }
    }

    /// <summary>Puts things back, unless that was done before.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException -= OnProcessEnd;
        RestoreOnce();
        signals.ForEach(signal => signal.Dispose());
    }

    private void OnProcessEnd(object? sender, EventArgs e) => RestoreOnce();

    private void RestoreOnce() => Interlocked.Exchange(ref restore, null)?.Invoke();
}

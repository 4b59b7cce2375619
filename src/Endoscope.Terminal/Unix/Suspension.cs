using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Endoscope.Terminal.Unix;

/// <summary>Calls back around a stop by SIGTSTP; listens to that signal only while somebody is registered.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class Suspension
{
    private readonly Lock gate = new();
    private readonly List<(Action Suspending, Action Resumed)> callbacks = [];
    private PosixSignalRegistration? stop;
    private PosixSignalRegistration? resume;

    public IDisposable Register(Action suspending, Action resumed)
    {
        var pair = (suspending, resumed);
        lock (gate)
        {
            callbacks.Add(pair);
            stop ??= PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop);
            resume ??= PosixSignalRegistration.Create(PosixSignal.SIGCONT, OnResume);
        }

        return new Registration(() => Remove(pair));
    }

    private void Remove((Action, Action) pair)
    {
        (IDisposable? First, IDisposable? Second) unused = default;
        lock (gate)
        {
            callbacks.Remove(pair);
            if (callbacks.Count == 0)
            {
                unused = (stop, resume);
                (stop, resume) = (null, null);
            }
        }

        unused.First?.Dispose();
        unused.Second?.Dispose();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (gate)
        {
            foreach (var callback in Enumerable.Reverse(callbacks.ToArray()))
            {
                callback.Suspending();
            }
        }

        _ = LibC.Kill(Environment.ProcessId, LibC.SigStop);
    }

    private void OnResume(PosixSignalContext context)
    {
        // Otherwise the .NET runtime goes on to put back the line settings that the process began with.
        context.Cancel = true;
        lock (gate)
        {
            // A callback may end its own registration or another's; what is no longer registered is not called.
            foreach (var callback in callbacks.ToArray())
            {
                if (callbacks.Contains(callback))
                {
                    callback.Resumed();
                }
            }
        }
    }
}

namespace Endoscope.Terminal;

/// <summary>The terminal, pipes or files this process was started with.</summary>
public interface ITerminal
{
    /// <summary>Whether standard input is a terminal.</summary>
    bool IsInputTerminal { get; }

    /// <summary>Whether standard output is a terminal.</summary>
    bool IsOutputTerminal { get; }

    /// <summary>Whether standard error is a terminal.</summary>
    bool IsErrorTerminal { get; }

    /// <summary>The bytes of standard input. A cancelled read takes nothing from it.</summary>
    Stream StandardInput { get; }

    /// <summary>
    /// The bytes of standard output, unbuffered. A closed reader is an <see cref="IOException"/> for which <see cref="BrokenPipe.IsCause"/> holds.
    /// After a cancelled write the rest may still be written: its buffer must not be used again.
    /// </summary>
    Stream StandardOutput { get; }

    /// <summary>The bytes of standard error, as <see cref="StandardOutput"/>.</summary>
    Stream StandardError { get; }

    /// <summary>The window's size, or null where there is no terminal or it does not say.</summary>
    WindowSize? Size { get; }

    /// <summary>Calls back, from another thread, each time the window may have another size; until disposed.</summary>
    IDisposable OnResize(Action<WindowSize> resized);

    /// <summary>
    /// Every key goes to the program as bytes, unechoed, ^C and ^Z too; nothing is translated. Ends, exactly once, on dispose, process
    /// exit, an unhandled exception or a signal that ends the process, and pauses while the process is suspended.
    /// </summary>
    /// <exception cref="IOException">Standard input is no terminal, or it refused.</exception>
    IDisposable EnterRawMode();

    /// <summary>Calls back before the process is suspended (^Z in a shell) and after it goes on; until disposed. The last registered is the first to be called before.</summary>
    IDisposable OnSuspend(Action suspending, Action resumed);

    /// <summary>Suspends the process group as ^Z would outside raw mode. Does nothing where there is no such thing.</summary>
    void Suspend();
}

namespace Endoscope.Terminal.Windows;

/// <summary>The console of Windows 10 and later, spoken to with escape sequences and UTF-8.</summary>
internal sealed class WindowsTerminal : ITerminal
{
    private static readonly TimeSpan SizeInterval = TimeSpan.FromMilliseconds(250);

    private readonly nint input = Kernel32.GetStandardHandle(Kernel32.StandardInput);
    private readonly nint output = Kernel32.GetStandardHandle(Kernel32.StandardOutput);
    private readonly nint error = Kernel32.GetStandardHandle(Kernel32.StandardError);

    public WindowsTerminal()
    {
        IsInputTerminal = Kernel32.GetConsoleMode(input, out _);
        IsOutputTerminal = Kernel32.GetConsoleMode(output, out var outputMode);
        IsErrorTerminal = Kernel32.GetConsoleMode(error, out _);
        StandardInput = new HandleStream(input, "standard input", FileAccess.Read);
        StandardOutput = new HandleStream(output, "standard output", FileAccess.Write);
        StandardError = new HandleStream(error, "standard error", FileAccess.Write);
        if (IsOutputTerminal)
        {
            SpeakUtf8AndEscapes(outputMode);
        }
    }

    public bool IsInputTerminal { get; }

    public bool IsOutputTerminal { get; }

    public bool IsErrorTerminal { get; }

    public Stream StandardInput { get; }

    public Stream StandardOutput { get; }

    public Stream StandardError { get; }

    public WindowSize? Size =>
        Kernel32.GetScreenBufferInfo(output, out var info) || Kernel32.GetScreenBufferInfo(error, out info)
            ? new WindowSize(info.Right - info.Left + 1, info.Bottom - info.Top + 1)
            : null;

    /// <summary>Looks at the size from time to time: Windows reports a change only in the input that the program reads as bytes.</summary>
    public IDisposable OnResize(Action<WindowSize> resized)
    {
        var known = Size;
        return new Timer(
            _ =>
            {
                if (Size is { } size && size != known)
                {
                    known = size;
                    resized(size);
                }
            },
            null,
            SizeInterval,
            SizeInterval);
    }

    public IDisposable EnterRawMode()
    {
        if (!Kernel32.GetConsoleMode(input, out var before))
        {
            throw new IOException("standard input is no console");
        }

        const uint Cooked = Kernel32.ProcessedInput | Kernel32.LineInput | Kernel32.EchoInput;
        if (!Kernel32.SetConsoleMode(input, (before & ~Cooked) | Kernel32.VirtualTerminalInput))
        {
            throw Kernel32.LastFailure("setting the console to raw");
        }

        return new Restoration(() => Kernel32.SetConsoleMode(input, before));
    }

    public IDisposable OnSuspend(Action suspending, Action resumed) => new Registration(() => { });

    public void Suspend()
    {
        // Windows has no suspended jobs.
    }

    private void SpeakUtf8AndEscapes(uint modeBefore)
    {
        var codePageBefore = Kernel32.GetOutputCodePage();
        Kernel32.SetOutputCodePage(Kernel32.Utf8);
        Kernel32.SetConsoleMode(output, modeBefore | Kernel32.VirtualTerminalProcessing);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Kernel32.SetOutputCodePage(codePageBefore);
            Kernel32.SetConsoleMode(output, modeBefore);
        };
    }
}

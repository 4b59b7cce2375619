using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Endoscope.Terminal.Unix;

/// <summary>A terminal, or what stands in its place, by three file descriptors on Linux or macOS.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal(int input, int output, int error) : ITerminal
{
    private readonly Suspension suspension = new();

    public bool IsInputTerminal { get; } = LibC.IsATerminal(input) == 1;

    public bool IsOutputTerminal { get; } = LibC.IsATerminal(output) == 1;

    public bool IsErrorTerminal { get; } = LibC.IsATerminal(error) == 1;

    public Stream StandardInput { get; } = input == LibC.NoDescriptor ? Stream.Null : new DescriptorStream(input, "standard input", FileAccess.Read);

    public Stream StandardOutput { get; } = new DescriptorStream(output, "standard output", FileAccess.Write);

    public Stream StandardError { get; } = new DescriptorStream(error, "standard error", FileAccess.Write);

    /// <summary>What this process was started with. A closed standard input is an empty one; writing to a closed output fails.</summary>
    public static UnixTerminal OfProcess() => new(Inherited(0), Inherited(1), Inherited(2));

    public WindowSize? Size => LibC.WindowSizeOf(output) ?? LibC.WindowSizeOf(error) ?? LibC.WindowSizeOf(input);

    public IDisposable OnResize(Action<WindowSize> resized)
    {
        void Report()
        {
            if (Size is { } size)
            {
                resized(size);
            }
        }

        var change = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Report());

        // A stopped process gets no SIGWINCH from most terminals; the window may have changed meanwhile.
        var resume = PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Report());
        return new Registration(() =>
        {
            change.Dispose();
            resume.Dispose();
        });
    }

    public IDisposable EnterRawMode()
    {
        var mode = new RawMode(input);
        var restoration = new Restoration(mode.Leave);
        var suspending = suspension.Register(mode.Leave, mode.Resume);
        var end = new Registration(() =>
        {
            suspending.Dispose();
            restoration.Dispose();
        });
        try
        {
            mode.Enter();
            return end;
        }
        catch
        {
            end.Dispose();
            throw;
        }
    }

    public IDisposable OnSuspend(Action suspending, Action resumed) => suspension.Register(suspending, resumed);

    public void Suspend() => _ = LibC.Kill(0, LibC.SigTstp);

    // The number of a descriptor that was closed at the start is soon taken by one of the runtime's own. Those close on exec, which an inherited one cannot.
    private static int Inherited(int descriptor) => LibC.FileControl(descriptor, LibC.GetDescriptorFlags) == 0 ? descriptor : LibC.NoDescriptor;
}

namespace Endoscope.Terminal.Unix;

/// <summary>The line settings of a terminal, kept as bytes nobody here looks into, and their raw form.</summary>
internal sealed unsafe class RawMode
{
    private readonly int descriptor;
    private readonly byte[] before = new byte[LibC.TermiosSize];
    private readonly byte[] raw;

    public RawMode(int descriptor)
    {
        this.descriptor = descriptor;
        fixed (byte* settings = before)
        {
            if (LibC.GetAttributes(descriptor, settings) != 0)
            {
                throw LibC.LastFailure("asking the terminal for its settings");
            }
        }

        raw = [.. before];
        fixed (byte* settings = raw)
        {
            LibC.MakeRaw(settings);
        }
    }

    public void Enter()
    {
        if (!Set(raw, LibC.Drain))
        {
            throw LibC.LastFailure("setting the terminal to raw");
        }
    }

    /// <summary>Enters again after the process was suspended, if it was brought to the foreground.</summary>
    public void Resume()
    {
        if (InForeground())
        {
            _ = Set(raw, LibC.Drain);
        }
    }

    /// <summary>
    /// Puts the settings back. Not from the background: the shell has put its own there, and the kernel would stop this process for
    /// trying. Not waiting for output to drain: a terminal held by ^S would keep the process.
    /// </summary>
    public void Leave()
    {
        if (InForeground())
        {
            _ = Set(before, LibC.Now);
        }
    }

    private bool InForeground()
    {
        var foreground = LibC.GetForegroundGroup(descriptor);

        // Negative: not the controlling terminal, so there is no background either.
        return foreground < 0 || foreground == LibC.GetOwnGroup();
    }

    private bool Set(byte[] settings, int when)
    {
        fixed (byte* bytes = settings)
        {
            int result;
            do
            {
                result = LibC.SetAttributes(descriptor, when, bytes);
            }
            while (result != 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == LibC.EINTR);

            return result == 0;
        }
    }
}

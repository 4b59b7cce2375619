using Endoscope.Terminal.Unix;

namespace Endoscope.Terminal.Tests;

/// <summary>Does to a terminal what a shell does while a job is stopped: puts cooked settings back.</summary>
internal sealed class RawModeBreaker(PseudoTerminal pty)
{
    public unsafe void MakeCooked()
    {
        using var other = new PseudoTerminal();
        fixed (byte* cooked = other.Settings)
        {
            Assert.Equal(0, LibC.SetAttributes(pty.Slave, LibC.Now, cooked));
        }
    }
}

using Endoscope.Terminal.Unix;
using Endoscope.Terminal.Windows;

namespace Endoscope.Terminal;

/// <summary>Gives the terminal of this process.</summary>
public static class SystemTerminal
{
    /// <summary>Opens standard input, output and error of this process; call it once.</summary>
    public static ITerminal Open() =>
        OperatingSystem.IsWindows() ? new WindowsTerminal() : UnixTerminal.OfProcess();
}

using System.Net.Sockets;

namespace Endoscope.Terminal;

/// <summary>Tells a reader that went away (<c>scope … | head</c>) from other failures to write.</summary>
public static class BrokenPipe
{
    private const int UnixBrokenPipe = 32;
    private const int WindowsBrokenPipe = 109;
    private const int WindowsNoData = 232;

    /// <summary>Whether the failure says that nobody reads any more.</summary>
    public static bool IsCause(IOException failure) => OperatingSystem.IsWindows()
        ? failure.HResult is WindowsBrokenPipe or WindowsNoData
        : failure.HResult == UnixBrokenPipe;

    /// <summary>The same of a program that this one has started, whose standard input .NET makes a socket where it can.</summary>
    public static bool IsCauseAtChild(IOException failure) =>
        IsCause(failure) || failure.InnerException is SocketException { SocketErrorCode: SocketError.Shutdown or SocketError.ConnectionReset };
}

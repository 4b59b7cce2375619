namespace Endoscope.Kubernetes;

/// <summary>One open exec connection to a container. Reading is direct from the socket: who does not read holds the remote side back.</summary>
public interface IExecSession : IAsyncDisposable
{
    /// <summary>
    /// The remote standard output. It ends (a read of 0) only after the server has sent its Status, which is then in <see cref="Status"/>.
    /// A connection that ends without one throws <see cref="ConnectionLostException"/>.
    /// </summary>
    Stream Output { get; }

    /// <summary>The remote standard input. Disposing it half-closes where the subprotocol can (v5), and is nothing where it cannot (v4).</summary>
    Stream Input { get; }

    /// <summary>The first 8 KiB of the remote standard error so far, as it came: hostile text.</summary>
    string ErrorText { get; }

    /// <summary>How the remote command ended; null until <see cref="Output"/> has ended.</summary>
    ExecStatus? Status { get; }
}

/// <summary>The server's last word on an exec.</summary>
/// <param name="ExitCode">The command's exit code; null where it could not be run.</param>
/// <param name="Message">The server's message where it is not plain success; hostile text.</param>
public sealed record ExecStatus(int? ExitCode, string? Message);

namespace Endoscope.Cli;

/// <summary>What scope's exit code tells a script. A tool run by <c>shell</c> passes its own through.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>The diagnosis says no: a host was unreachable, packets were lost.</summary>
    public const int Negative = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>The cluster, or the user's rights in it, did not allow it.</summary>
    public const int Cluster = 3;

    /// <summary>The connection was lost, or its data truncated.</summary>
    public const int Lost = 4;

    /// <summary>The tool to run is not there or cannot be executed: as a shell says it.</summary>
    public const int ToolMissing = 127;

    /// <summary>Ended by SIGINT: 128 + 2, as a shell says it.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the output has gone: 128 + SIGPIPE, as for any program of a pipeline.</summary>
    public const int BrokenPipe = 141;
}

namespace Endoscope.Agent.Tools;

/// <summary>How a tool ended.</summary>
/// <param name="Code">Its exit code; 128 + n where signal n ended it, as a shell says it.</param>
/// <param name="Signal">The signal that ended it.</param>
internal readonly record struct ToolExit(int Code, int? Signal)
{
    /// <summary>Reads a status of waitpid(2) of a process that has ended.</summary>
    public static ToolExit FromWaitStatus(int status)
    {
        var signal = status & 0x7f;
        return signal == 0 ? new ToolExit((status >> 8) & 0xff, null) : new ToolExit(128 + signal, signal);
    }
}

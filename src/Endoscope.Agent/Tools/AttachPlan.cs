using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>The command line that attaches a tracing tool. Pure.</summary>
internal static class AttachPlan
{
    private const string DeletedFile = " (deleted)";

    /// <summary>The tool's run.</summary>
    /// <param name="executable">What /proc/PID/exe of the first process says, or null.</param>
    /// <exception cref="AgentException">The tool is none that is attached, or is asked for more than it can do.</exception>
    public static RunRequest Plan(AttachRequest request, IReadOnlyList<ProcessRecord> processes, string? executable) => new()
    {
        Argv = request.Tool switch
        {
            AttachTool.Strace => [request.Tool, "-p", string.Join(',', processes.Select(process => process.Pid)), .. request.Arguments],
            AttachTool.Gdb when processes is [var one] => [request.Tool, .. Gdb(one.Pid, executable), .. request.Arguments],
            AttachTool.Gdb => throw new AgentException(
                AgentErrorCode.NoSuchProcess,
                $"gdb attaches to one process, and {processes.Count} were asked for: {string.Join(", ", processes.Select(Processes.ProcessChoice.Name))}"),
            _ => throw new AgentException(AgentErrorCode.Protocol, $"no tool that can be attached is called '{request.Tool}'"),
        },
        Namespaces = [],
        Environment = request.Environment,
        Terminal = request.Terminal,
        ContainerId = request.ContainerId,
    };

    private static IEnumerable<string> Gdb(int pid, string? executable)
    {
        var root = $"/proc/{pid}/root";
        yield return "-q";

        // Nothing that lies in the target is ever run: neither its scripts nor its thread library.
        foreach (var setting in (string[])["auto-load off", $"sysroot {root}", $"debug-file-directory {root}/usr/lib/debug"])
        {
            yield return "-iex";
            yield return $"set {setting}";
        }

        yield return "-p";
        yield return $"{pid}";
        if (executable?.EndsWith(DeletedFile, StringComparison.Ordinal) == true)
        {
            // The file has been replaced; the kernel still has the one that runs.
            yield return $"/proc/{pid}/exe";
        }
    }
}

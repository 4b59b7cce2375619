using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;

namespace Endoscope.Agent.Tests.Running;

/// <summary>What this machine's /proc says of a process.</summary>
internal static class Proc
{
    public static string? Name(int pid) => new ProcFileSystem().Stat(pid)?.Name;

    public static bool Lives(int pid) => new ProcFileSystem().Stat(pid) is { HasEnded: false };

    public static bool IsThere(int pid) => new ProcFileSystem().Stat(pid) is not null;

    public static string? Namespace(int pid, string name) => Descriptor.ReadLink($"/proc/{pid}/ns/{name}");

    /// <summary>The living processes with this argument in their command line.</summary>
    public static List<int> WithArgument(string argument)
    {
        var proc = new ProcFileSystem();
        return [.. proc.ProcessIds().Where(pid =>
            System.Text.Encoding.UTF8.GetString(proc.Read(pid, "cmdline"u8)).Split('\0').Contains(argument) && Lives(pid))];
    }

    public static void Kill(int pid, int signal) => _ = Libc.Kill(pid, signal);
}

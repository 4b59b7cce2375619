using System.Globalization;
using System.Text;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>What decides whether ptrace(2) is allowed, as far as /proc tells.</summary>
/// <param name="Tracer">The process that traces the target's process already, or null.</param>
/// <param name="HasCapability">Whether the agent has CAP_SYS_PTRACE.</param>
/// <param name="AllowsCall">Whether the system call can be made at all; a seccomp profile may forbid it.</param>
/// <param name="YamaScope">kernel.yama.ptrace_scope; 0 where there is no Yama.</param>
/// <param name="OwnLabel">The agent's label of a security module (AppArmor, SELinux); empty where there is none.</param>
/// <param name="Label">The label of the target's process.</param>
internal sealed record TraceFacts(string? Tracer, bool HasCapability, bool AllowsCall, int YamaScope, string OwnLabel, string Label)
{
    private const int YamaForbidsAll = 3;
    private const int TraceCapability = 19;

    /// <summary>Reads them now.</summary>
    public static TraceFacts Read(ProcFileSystem proc, int pid)
    {
        var tracer = TracerOf(proc, pid);
        return new TraceFacts(
            tracer == 0 ? null : $"{tracer} ({proc.Stat(tracer)?.Name ?? "unknown"})",
            HasCapability: ((Status(proc, Environment.ProcessId, "CapEff", NumberStyles.HexNumber) >> TraceCapability) & 1) != 0,
            AllowsCall: CanCall(),
            YamaScope: (int)Number(First("/proc/sys/kernel/yama/ptrace_scope"), NumberStyles.None),
            OwnLabel: Text(proc.Read(Environment.ProcessId, "attr/current"u8)),
            Label: Text(proc.Read(pid, "attr/current"u8)));
    }

    /// <summary>The process ID of what traces a process; 0 where nothing does.</summary>
    public static int TracerOf(ProcFileSystem proc, int pid) => (int)Status(proc, pid, "TracerPid", NumberStyles.None);

    /// <summary>Why the process cannot be traced, by name. Pure.</summary>
    public AgentException Refusal(ProcessRecord process)
    {
        var what = ProcessChoice.Name(process);
        return this switch
        {
            { Tracer: { } tracer } => Untraceable($"process {what} is already traced by process {tracer}; a process has one tracer at a time"),
            { AllowsCall: false } => Untraceable($"process {what} cannot be traced: the seccomp profile of endoscope's container forbids ptrace(2)"),
            { YamaScope: >= YamaForbidsAll } => Untraceable(
                $"process {what} cannot be traced: the node forbids it to everybody (kernel.yama.ptrace_scope={YamaScope}), until it is started anew with another setting"),
            { HasCapability: false } => new AgentException(
                AgentErrorCode.Refused, $"the kernel refuses to trace process {what}: it needs the capability SYS_PTRACE"),
            { OwnLabel.Length: > 0 } => Untraceable(
                $"process {what} cannot be traced: a security module of the node does not let '{OwnLabel}' trace '{Label}'"),
            _ => Untraceable($"the kernel refuses to trace process {what}, and nothing that is known of forbids it"),
        };
    }

    private static AgentException Untraceable(string message) => new(AgentErrorCode.Untraceable, message);

    // A request for one who is not traced fails with ESRCH where the kernel gets to see it.
    private static bool CanCall() =>
        Libc.Trace(TraceRequests.Continue, Environment.ProcessId, 0, 0) == 0 || Descriptor.LastError == Errno.NoSuchProcess;

    private static long Status(ProcFileSystem proc, int pid, string key, NumberStyles style)
    {
        foreach (var line in Encoding.UTF8.GetString(proc.Read(pid, "status"u8)).Split('\n'))
        {
            if (line.StartsWith(key, StringComparison.Ordinal) && line[key.Length] == ':')
            {
                return Number(line[(key.Length + 1)..], style);
            }
        }

        return 0;
    }

    private static string First(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static long Number(string text, NumberStyles style) =>
        long.TryParse(text.Trim(), style, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Text(ReadOnlySpan<byte> content) => Encoding.UTF8.GetString(content).TrimEnd('\0', '\n');
}

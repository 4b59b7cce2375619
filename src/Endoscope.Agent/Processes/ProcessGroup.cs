namespace Endoscope.Agent.Processes;

/// <summary>What a request looks into: one container, or a whole pod.</summary>
internal abstract class ProcessGroup
{
    /// <summary>Whether the process with this content of /proc/PID/cgroup belongs to it, and in which part of it.</summary>
    public abstract CgroupPlace Find(ReadOnlySpan<byte> cgroups);
}

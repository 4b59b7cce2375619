using System.Text;
using Endoscope.Protocol;

namespace Endoscope.Agent.Processes;

/// <summary>The processes of one container, or of a whole pod, found by the control groups they are in.</summary>
/// <param name="inPod">Whether this agent runs in a container of the target's pod rather than on its node.</param>
internal sealed class ContainerProcesses(ProcFileSystem proc, ProcessGroup group, bool inPod = false)
{
    /// <summary>The container's processes now: its first process first, then by start time. Without the agent itself.</summary>
    /// <exception cref="AgentException">There is none.</exception>
    public IReadOnlyList<ProcessRecord> List()
    {
        var times = StartTimes.Measure();
        return [.. Members().Select(member => Describe(member, times))];
    }

    /// <summary>The container's first process: its PID 1, or, where it shares its PID namespace, the oldest of its own group.</summary>
    /// <exception cref="AgentException">There is none.</exception>
    public ProcessRecord First() => Describe(Members()[0], StartTimes.Measure());

    /// <summary>The container's first process, or null where none can be seen.</summary>
    public ProcessRecord? FirstOrNone() => Find() is [var first, ..] ? Describe(first, StartTimes.Measure()) : null;

    /// <summary>Whether the process that was found earlier is still the same one, and still in the container.</summary>
    public bool IsStill(ProcessRecord process) =>
        proc.Stat(process.Pid) is { HasEnded: false } stat
        && stat.StartTicks == process.StartTicks
        && group.Find(proc.Read(process.Pid, "cgroup"u8)) != CgroupPlace.Elsewhere;

    private List<Member> Members() => Find() is { Count: > 0 } members ? members : throw new AgentException(
        AgentErrorCode.NoProcess,
        inPod
            ? "the target's processes cannot be seen from its ephemeral container: they have ended, or the container runtime does not share their PID namespace"
            : "no process on this node belongs to the target");

    private List<Member> Find()
    {
        var members = new List<Member>();
        foreach (var pid in proc.ProcessIds())
        {
            if (pid == Environment.ProcessId)
            {
                continue;
            }

            var place = group.Find(proc.Read(pid, "cgroup"u8));
            if (place != CgroupPlace.Elsewhere && proc.Stat(pid) is { } stat)
            {
                members.Add(new Member(place, stat, ProcessStatus.Parse(proc.Read(pid, "status"u8))));
            }
        }

        return members.Count > 0 ? FirstThenOldest(members) : members;
    }

    private static List<Member> FirstThenOldest(List<Member> members)
    {
        // A container within the container has a PID 1 of its own, one namespace deeper.
        var depth = members.Min(member => member.Status.NamespaceDepth);
        var first = members.MinBy(member => (
            member.Status.ContainerPid == 1 && member.Status.NamespaceDepth == depth ? 0
                : member.Place == CgroupPlace.Own ? 1 : 2,
            member.Stat.StartTicks,
            member.Stat.Pid));
        return
        [
            .. members
                .OrderBy(member => !ReferenceEquals(member, first))
                .ThenBy(member => member.Stat.StartTicks)
                .ThenBy(member => member.Stat.Pid),
        ];
    }

    private ProcessRecord Describe(Member member, StartTimes started) => new()
    {
        Pid = member.Stat.Pid,
        ContainerPid = member.Status.ContainerPid,
        ParentPid = member.Stat.Parent,
        UserId = member.Status.UserId,
        State = member.Stat.State,
        StartTicks = member.Stat.StartTicks,
        StartedAt = started.At(member.Stat.StartTicks),
        Threads = member.Stat.Threads,
        ResidentBytes = member.Status.ResidentBytes,
        Name = member.Stat.Name,
        CommandLine = Arguments(proc.Read(member.Stat.Pid, "cmdline"u8)),
    };

    private static string[] Arguments(ReadOnlySpan<byte> content)
    {
        // A process that shows a title of its own leaves NULs behind it.
        var text = Encoding.UTF8.GetString(content.TrimEnd((byte)0));
        return text.Length == 0 ? [] : text.Split('\0');
    }

    private sealed record Member(CgroupPlace Place, ProcessStat Stat, ProcessStatus Status);
}

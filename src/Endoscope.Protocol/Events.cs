namespace Endoscope.Protocol;

/// <summary>The tool has been started.</summary>
public sealed record StartedEvent
{
    /// <summary>The tool's process ID as the agent sees it (the node's numbers in a debug pod).</summary>
    public required int ToolPid { get; init; }

    /// <summary>The process of the target whose namespaces were entered; null where none had to be.</summary>
    public ProcessRecord? Target { get; init; }

    /// <summary>The processes that the tool attaches to, the first hundred of them with shortened arguments; empty for any other tool.</summary>
    public IReadOnlyList<ProcessRecord> Attached { get; init => field = value ?? []; } = [];
}

/// <summary>How a session ended. Its counters let the client prove that nothing was lost.</summary>
public sealed record EndEvent
{
    /// <summary>The tool's exit code (128 + n where signal n ended it), or null where none was run.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The number of the signal that ended the tool.</summary>
    public int? Signal { get; init; }

    /// <summary>What kept the agent from doing what was asked.</summary>
    public AgentError? Error { get; init; }

    /// <summary>Payload bytes of all <see cref="FrameType.Output"/> and <see cref="FrameType.CapturePackets"/> frames sent, uncompressed.</summary>
    public required long OutputBytes { get; init; }

    /// <summary>Payload bytes of all <see cref="FrameType.Error"/> frames sent, uncompressed.</summary>
    public required long ErrorBytes { get; init; }
}

/// <summary>A failure the agent names.</summary>
/// <param name="Code">One of <see cref="AgentErrorCode"/>.</param>
/// <param name="Message">One line for a person; may quote text of the target and is escaped before it is shown.</param>
public sealed record AgentError(string Code, string Message);

/// <summary>The codes of <see cref="AgentError"/>; strings, so that a newer agent's code survives the way through an older client.</summary>
public static class AgentErrorCode
{
    /// <summary>The request could not be understood, or its version is not spoken.</summary>
    public const string Protocol = "protocol";

    /// <summary>No process on this node belongs to the container.</summary>
    public const string NoProcess = "no-process";

    /// <summary>The target's process ended, or its PID was reused, between resolving and entering.</summary>
    public const string TargetGone = "target-gone";

    /// <summary>The kernel refused: a capability or a policy is missing.</summary>
    public const string Refused = "refused";

    /// <summary>No process of the container is the one that was asked for, or several are where one was.</summary>
    public const string NoSuchProcess = "no-such-process";

    /// <summary>The kernel or a policy of the node does not let the process be traced.</summary>
    public const string Untraceable = "untraceable";

    /// <summary>A file of the target is not there, is of another kind, or cannot be read.</summary>
    public const string File = "file";

    /// <summary>What was to be changed while the tool runs could not be changed, or not be undone.</summary>
    public const string Guard = "guard";

    /// <summary>The tool is not in the image or cannot be executed.</summary>
    public const string Tool = "tool";

    /// <summary>The container that the agent is in is being ended, and the tool with it.</summary>
    public const string Dismissed = "dismissed";

    /// <summary>libpcap does not understand the capture filter.</summary>
    public const string Filter = "filter";

    /// <summary>There is no such interface in the target, or it cannot be captured.</summary>
    public const string Interface = "interface";

    /// <summary>The agent itself failed.</summary>
    public const string Internal = "internal";
}

/// <summary>The processes of one container, the container's first process first, then by start time.</summary>
public sealed record ProcessList(IReadOnlyList<ProcessRecord> Processes);

/// <summary>Processes that have come or gone since they were last looked at.</summary>
/// <param name="IsFirst">Whether it was the first look, so that those that have come were there before.</param>
/// <param name="Come">Those that are new.</param>
/// <param name="Gone">Those that are no more, as they were when they were last seen.</param>
public sealed record ProcessChange(bool IsFirst, IReadOnlyList<ProcessRecord> Come, IReadOnlyList<ProcessRecord> Gone);

/// <summary>One process as /proc describes it.</summary>
public sealed record ProcessRecord
{
    /// <summary>The process ID on the node (as the agent sees it).</summary>
    public required int Pid { get; init; }

    /// <summary>The process ID in the innermost PID namespace, the container's own.</summary>
    public required int ContainerPid { get; init; }

    /// <summary>The parent's process ID on the node.</summary>
    public required int ParentPid { get; init; }

    /// <summary>The effective user ID on the node.</summary>
    public required uint UserId { get; init; }

    /// <summary>The state letter of proc_pid_stat(5): R, S, D, Z, T, t, X or I.</summary>
    public required char State { get; init; }

    /// <summary>When it started, in clock ticks since boot (field 22 of proc_pid_stat(5)); with the PID it names a process for good.</summary>
    public required ulong StartTicks { get; init; }

    /// <summary>When it started, by the node's clock.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Its number of threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Resident memory in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>The command name, at most 15 characters (proc_pid_comm(5)).</summary>
    public required string Name { get; init; }

    /// <summary>The argument vector; empty for a zombie or kernel thread.</summary>
    public required IReadOnlyList<string> CommandLine { get; init; }
}

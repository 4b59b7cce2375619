namespace Endoscope.Sessions.Access;

/// <summary>
/// What a command needs to be allowed beside its target: Linux capabilities, without their CAP_ prefix, in alphabetical order. A table of
/// the least each command works with; a test on a real cluster holds it.
/// </summary>
public sealed record AccessNeeds
{
    private AccessNeeds(IReadOnlyList<string> capabilities, IReadOnlyList<string>? inPod) => (Capabilities, InPod) = (capabilities, inPod);

    /// <summary>What a debug pod on the target's node adds to none.</summary>
    public IReadOnlyList<string> Capabilities { get; }

    /// <summary>What an ephemeral container in the target adds to none: it is in the pod's network already. Null where the node itself is looked at.</summary>
    public IReadOnlyList<string>? InPod { get; }

    /// <summary>Reading /proc: nothing.</summary>
    public static AccessNeeds Processes { get; } = new([], []);

    /// <summary>Tracing the target's system calls (SYS_PTRACE) and letting go of it again: strace looks with tkill(2) whether each thread is still there (KILL).</summary>
    public static AccessNeeds Trace { get; } = new(["KILL", "SYS_PTRACE"], ["KILL", "SYS_PTRACE"]);

    /// <summary>
    /// Debugging a process of any user: tracing it (SYS_PTRACE), stopping its threads by signals (KILL), and opening its memory, program and
    /// libraries, which may be its user's alone (DAC_OVERRIDE).
    /// </summary>
    public static AccessNeeds Debug { get; } = new(["DAC_OVERRIDE", "KILL", "SYS_PTRACE"], ["DAC_OVERRIDE", "KILL", "SYS_PTRACE"]);

    /// <summary>Entering the target's network (SYS_PTRACE opens another's namespace, SYS_ADMIN enters it) and raw sockets.</summary>
    public static AccessNeeds Network { get; } = new(["NET_RAW", "SYS_ADMIN", "SYS_PTRACE"], ["NET_RAW"]);

    /// <summary>Reading and changing the rules of the target's network: the same, and NET_ADMIN.</summary>
    public static AccessNeeds Redirect { get; } = new(["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE"], ["NET_ADMIN", "NET_RAW"]);

    /// <summary>The target's files: opening its root directory (SYS_PTRACE) and reading what others may not (DAC_READ_SEARCH); never writing.</summary>
    public static AccessNeeds Files { get; } = new(["DAC_READ_SEARCH", "SYS_PTRACE"], ["DAC_READ_SEARCH", "SYS_PTRACE"]);

    /// <summary>The same of the node's directories, which nothing in the pod sees.</summary>
    public static AccessNeeds NodeFiles { get; } = new(Files.Capabilities, inPod: null);

    /// <summary>All that any command needs: for a shell, where the user decides what to run, and for an agent put there beforehand.</summary>
    public static AccessNeeds Everything { get; } = new(
        ["DAC_OVERRIDE", "DAC_READ_SEARCH", "KILL", "NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_PTRACE"],
        ["DAC_OVERRIDE", "DAC_READ_SEARCH", "KILL", "NET_ADMIN", "NET_RAW", "SYS_PTRACE"]);
}

using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Endoscope.Protocol;

/// <summary>What a client asks of an agent, once per session.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "verb")]
[JsonDerivedType(typeof(ListProcessesRequest), "list-processes")]
[JsonDerivedType(typeof(RunRequest), "run")]
[JsonDerivedType(typeof(AttachRequest), "attach")]
[JsonDerivedType(typeof(CaptureRequest), "capture")]
[JsonDerivedType(typeof(ListFilesRequest), "list-files")]
[JsonDerivedType(typeof(FindFilesRequest), "find-files")]
[JsonDerivedType(typeof(ReadFileRequest), "read-file")]
[JsonDerivedType(typeof(FetchFilesRequest), "fetch-files")]
[JsonDerivedType(typeof(LocateFileRequest), "locate-file")]
public abstract record AgentRequest
{
    /// <summary>The version of these records; an agent refuses one it does not speak.</summary>
    public const int CurrentVersion = 2;

    /// <summary>The version the client speaks; a request without one is refused.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The target's container ID: 64 hexadecimal digits, without a runtime's scheme. Null where <see cref="PodUid"/> is given.</summary>
    public string? ContainerId { get; init; }

    /// <summary>
    /// Whether the agent runs in a container of the target's pod: then the pod's network, host name and IPC are its own, no namespace is entered,
    /// and the target's processes need not be seen where only the network matters.
    /// </summary>
    public bool InPod { get; init; }

    /// <summary>The target pod's UID, where none of its containers runs and only what its sandbox holds (its network) matters.</summary>
    public string? PodUid { get; init; }
}

/// <summary>Asks for the target container's processes.</summary>
public sealed record ListProcessesRequest : AgentRequest
{
    /// <summary>Which of them, as <see cref="AttachRequest.Processes"/> says; none: all.</summary>
    public IReadOnlyList<string> Processes { get; init => field = value ?? []; } = [];

    /// <summary>How often to look for processes that have come or gone, until the container ends or the client leaves; null: list them once.</summary>
    public TimeSpan? Interval { get; init; }
}

/// <summary>Asks to run a tool in namespaces of the target.</summary>
public sealed record RunRequest : AgentRequest
{
    // The generated reader sets every property, those that are missing to null.
    private static readonly string[] DefaultNamespaces = ["net"];
    private static readonly ReadOnlyDictionary<string, string> NoVariables = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The program and its arguments, as they reach execve; the program is looked up in the agent's PATH.</summary>
    public required IReadOnlyList<string> Argv { get; init; }

    /// <summary>Namespaces of the target to enter, by their names below /proc/PID/ns: <c>net</c>, <c>pid</c>, <c>ipc</c>, <c>uts</c>.</summary>
    public IReadOnlyList<string> Namespaces { get; init => field = value ?? DefaultNamespaces; } = DefaultNamespaces;

    /// <summary>Variables added to the agent's own environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? NoVariables; } = NoVariables;

    /// <summary>A terminal for the tool, or null for three pipes.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>
    /// A program that changes something for as long as the tool runs, or null. It is started first, in the same namespaces; it says a line when
    /// the tool may start, undoes what it did when its standard input ends, and says another line when all is undone. Its standard input ends
    /// with the session, however that ends.
    /// </summary>
    public IReadOnlyList<string>? Guard { get; init; }
}

/// <summary>Asks to attach a tracing tool to processes of the target, beside it: no namespace is entered.</summary>
public sealed record AttachRequest : AgentRequest
{
    private static readonly ReadOnlyDictionary<string, string> NoVariables = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>One of <see cref="AttachTool"/>.</summary>
    public required string Tool { get; init; }

    /// <summary>
    /// The processes, each by its number on the node, its number in the container, or its name, in which <c>*</c> and <c>?</c> stand for
    /// others; none: the container's first.
    /// </summary>
    public IReadOnlyList<string> Processes { get; init => field = value ?? []; } = [];

    /// <summary>Arguments of the tool, as they reach execve, after those that attach it.</summary>
    public IReadOnlyList<string> Arguments { get; init => field = value ?? []; } = [];

    /// <inheritdoc cref="RunRequest.Environment"/>
    public IReadOnlyDictionary<string, string> Environment { get; init => field = value ?? NoVariables; } = NoVariables;

    /// <inheritdoc cref="RunRequest.Terminal"/>
    public TerminalSize? Terminal { get; init; }
}

/// <summary>The tools that an agent attaches.</summary>
public static class AttachTool
{
    /// <summary>strace(1), to any number of processes.</summary>
    public const string Strace = "strace";

    /// <summary>gdb(1), to one process, with its executable and libraries as the target sees them.</summary>
    public const string Gdb = "gdb";
}

/// <summary>A terminal's size in character cells.</summary>
public sealed record TerminalSize(ushort Columns, ushort Rows);

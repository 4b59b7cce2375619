using System.Collections.ObjectModel;
using System.Text.Json.Serialization;

namespace Endoscope.Protocol;

/// <summary>What a client asks of an agent, once per session.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "verb")]
[JsonDerivedType(typeof(ListProcessesRequest), "list-processes")]
[JsonDerivedType(typeof(RunRequest), "run")]
public abstract record AgentRequest
{
    /// <summary>The version of these records; an agent refuses one it does not speak.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version the client speaks; a request without one is refused.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The target's container ID: 64 hexadecimal digits, without a runtime's scheme. Null where <see cref="PodUid"/> is given.</summary>
    public string? ContainerId { get; init; }

    /// <summary>The target pod's UID, where none of its containers runs and only what its sandbox holds (its network) matters.</summary>
    public string? PodUid { get; init; }
}

/// <summary>Asks for the target container's processes.</summary>
public sealed record ListProcessesRequest : AgentRequest;

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
}

/// <summary>A terminal's size in character cells.</summary>
public sealed record TerminalSize(ushort Columns, ushort Rows);

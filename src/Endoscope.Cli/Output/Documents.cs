using Endoscope.Protocol;
using Endoscope.Sessions;

namespace Endoscope.Cli.Output;

/// <summary>The answer of <c>scope pids -o json</c>.</summary>
internal sealed record ProcessesDocument(
    string Namespace, string Pod, string Node, string Container, string ContainerId, IReadOnlyList<ProcessRecord> Processes)
{
    public static ProcessesDocument From(Target target, IReadOnlyList<ProcessRecord> processes) =>
        new(target.Namespace, target.Pod, target.Node, target.Container, target.ContainerId!, processes);
}

/// <summary>A line of <c>scope pids --watch -o json</c>.</summary>
/// <param name="Event"><c>running</c> where the process was there at the start, <c>started</c> or <c>ended</c>.</param>
/// <param name="Time">When that was noticed.</param>
/// <param name="Process">The process; as it was last seen where it has ended.</param>
internal sealed record ProcessEventDocument(string Event, DateTimeOffset Time, ProcessRecord Process);

/// <summary>The answer of <c>scope launch -o json</c>.</summary>
internal sealed record DebugPodDocument(string Namespace, string Name, string Uid, string Node, string Target, string Container, bool Reused)
{
    public static DebugPodDocument From(TargetAccess beside) => new(
        beside.Place.Namespace, beside.Place.Pod, beside.Place.Uid, beside.Target.Node, beside.Target.Pod, beside.Place.Container, beside.Place.Reused);
}

/// <summary>The answer of <c>scope cleanup -o json</c>: the debug pods that are gone, what should be and is not, and the ephemeral containers that stay for good.</summary>
internal sealed record CleanupDocument(IReadOnlyList<FootprintDocument> Removed, IReadOnlyList<FootprintDocument> Left, IReadOnlyList<FootprintDocument> Ephemeral);

/// <summary>The answer of <c>scope extcap status -o json</c>, and of <c>install</c> and <c>uninstall</c>.</summary>
/// <param name="Launcher">The file in Wireshark's folder.</param>
/// <param name="Installed">Whether it is there.</param>
internal sealed record ExtcapDocument(string Launcher, bool Installed);

/// <summary>The answer of <c>scope list -o json</c>.</summary>
internal sealed record FootprintsDocument(IReadOnlyList<FootprintDocument> Items);

/// <summary>One thing of ours in the cluster.</summary>
internal sealed record FootprintDocument(
    string Namespace, string Name, string? Container, string Uid, string TargetNamespace, string Target, string? Node, string State, string? By, DateTimeOffset Since, DateTimeOffset? Until)
{
    public static FootprintDocument From(Footprint one) =>
        new(one.Namespace, one.Name, one.Container, one.Uid, one.TargetNamespace, one.Target, one.Node, one.State, one.By, one.Since, one.Until);
}

/// <summary>The answer of <c>scope setup --apply -o json</c>.</summary>
internal sealed record SetupDocument(IReadOnlyList<SetupResultDocument> Objects);

/// <summary>What became of one object of it.</summary>
/// <param name="Result"><c>created</c>, <c>changed</c> or <c>unchanged</c>.</param>
internal sealed record SetupResultDocument(string? Namespace, string Name, string Result);

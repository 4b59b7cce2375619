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

/// <summary>The answer of <c>scope launch -o json</c>.</summary>
internal sealed record DebugPodDocument(string Namespace, string Name, string Uid, string Node, string Target, string Container, bool Reused)
{
    public static DebugPodDocument From(TargetAccess beside) => new(
        beside.Place.Namespace, beside.Place.Pod, beside.Place.Uid, beside.Target.Node, beside.Target.Pod, beside.Place.Container, beside.Place.Reused);
}

/// <summary>The answer of <c>scope cleanup -o json</c>: the debug pods that are gone, and those that are still there.</summary>
internal sealed record CleanupDocument(string Namespace, IReadOnlyList<string> Removed, IReadOnlyList<string> Left);

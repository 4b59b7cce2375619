using System.Globalization;
using System.IO.Enumeration;
using Endoscope.Protocol;

namespace Endoscope.Agent.Processes;

/// <summary>Finds the processes that a person names: by the number on the node, the number in the container, or the name. Pure.</summary>
internal static class ProcessChoice
{
    private const int MostNamed = 12;

    /// <summary>The processes chosen, each once, in the list's order; the first of the list where none is asked for.</summary>
    /// <exception cref="AgentException">One that was asked for is not there.</exception>
    public static IReadOnlyList<ProcessRecord> Choose(IReadOnlyList<ProcessRecord> processes, IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            return [processes[0]];
        }

        HashSet<ProcessRecord> chosen = [];
        foreach (var name in wanted)
        {
            var found = Find(processes, name);
            chosen.UnionWith(found.Length > 0 ? found : throw new AgentException(
                AgentErrorCode.NoSuchProcess, $"no process of the container is '{name}'; there are {Names(processes)}"));
        }

        return [.. processes.Where(chosen.Contains)];
    }

    /// <summary>Those of the processes that any of the names means; all where there is no name.</summary>
    public static IReadOnlyList<ProcessRecord> Filter(IReadOnlyList<ProcessRecord> processes, IReadOnlyList<string> wanted)
    {
        HashSet<ProcessRecord> chosen = [.. wanted.SelectMany(name => Find(processes, name))];
        return wanted.Count == 0 ? processes : [.. processes.Where(chosen.Contains)];
    }

    /// <summary>
    /// The processes of this number or name; none where there are none. Numbers on the node, which <c>scope pids</c> shows first, win over
    /// those in the container. A name is the command's name or its program's, without directories.
    /// </summary>
    private static ProcessRecord[] Find(IReadOnlyList<ProcessRecord> processes, string name)
    {
        if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return [.. processes.Where(process => IsNamed(process, name))];
        }

        ProcessRecord[] onNode = [.. processes.Where(process => process.Pid == number)];
        return onNode.Length > 0 ? onNode : [.. processes.Where(process => process.ContainerPid == number)];
    }

    /// <summary>A process as messages name it.</summary>
    public static string Name(ProcessRecord process) => $"{process.Pid} ({process.Name})";

    private static bool IsNamed(ProcessRecord process, string name) =>
        FileSystemName.MatchesSimpleExpression(name, process.Name, ignoreCase: false)
        || (process.CommandLine is [var program, ..] && FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(program), ignoreCase: false));

    private static string Names(IReadOnlyList<ProcessRecord> processes) =>
        string.Join(", ", processes.Take(MostNamed).Select(Name)) + (processes.Count > MostNamed ? $" and {processes.Count - MostNamed} more" : "");
}

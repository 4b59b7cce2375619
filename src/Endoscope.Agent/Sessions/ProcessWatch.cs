using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Follows which processes a container has, by looking at them again and again. One that lives shorter than the interval may never be seen.</summary>
internal sealed class ProcessWatch(ContainerProcesses target, IReadOnlyList<string> wanted, TimeSpan interval)
{
    private Dictionary<(int Pid, ulong StartTicks), ProcessRecord>? seen;

    /// <summary>When to look again.</summary>
    public TimeSpan Due { get; private set; }

    /// <summary>Whether the container has no process any more.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What has changed since the last look, in parts that each fit into one frame.</summary>
    /// <exception cref="AgentException">At the first look: the container has no process.</exception>
    public IReadOnlyList<ProcessChange> Look()
    {
        Due = MonotonicTime.Now + interval;
        var now = ProcessChoice.Filter(List(), wanted).ToDictionary(process => (process.Pid, process.StartTicks));
        var before = seen ?? [];
        var isFirst = seen is null;

        // One that ends loses its command line with its memory, before it is a zombie and then gone: what it was is told then.
        seen = now.ToDictionary(one => one.Key, one => one.Value.CommandLine.Count == 0 && before.TryGetValue(one.Key, out var alive) ? alive : one.Value);
        return
        [
            .. ProcessListParts.Split([.. before.Where(one => !now.ContainsKey(one.Key)).Select(one => one.Value)])
                .Where(part => part.Processes.Count > 0).Select(part => new ProcessChange(isFirst, [], part.Processes)),
            .. ProcessListParts.Split([.. now.Where(one => !before.ContainsKey(one.Key)).Select(one => one.Value)])
                .Where(part => part.Processes.Count > 0 || isFirst).Select(part => new ProcessChange(isFirst, part.Processes, [])),
        ];
    }

    private IReadOnlyList<ProcessRecord> List()
    {
        try
        {
            return target.List();
        }
        catch (AgentException e) when (seen is not null && e.Error.Code == AgentErrorCode.NoProcess)
        {
            IsOver = true;
            return [];
        }
    }
}

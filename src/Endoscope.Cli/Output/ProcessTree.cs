using Endoscope.Protocol;

namespace Endoscope.Cli.Output;

/// <summary>Puts processes below their parents. Pure.</summary>
internal static class ProcessTree
{
    /// <summary>Each process with the branches before it, in the order of the tree; one whose parent is not there is a root.</summary>
    /// <param name="unicode">Whether branches are drawn with line characters; ASCII otherwise.</param>
    public static IReadOnlyList<(string Branches, ProcessRecord Process)> Order(IReadOnlyList<ProcessRecord> processes, bool unicode)
    {
        var (fork, last, pass) = unicode ? ("├─ ", "└─ ", "│  ") : ("|- ", "`- ", "|  ");
        var pids = processes.Select(process => process.Pid).ToHashSet();
        var children = processes.ToLookup(process => pids.Contains(process.ParentPid) && process.ParentPid != process.Pid ? process.ParentPid : 0);
        List<(string, ProcessRecord)> rows = [];
        HashSet<int> added = [];
        Add(0, "", isRoot: true);

        // A list that was taken while numbers were reused may run in a circle.
        foreach (var process in processes.Where(process => added.Add(process.Pid)))
        {
            rows.Add(("", process));
            Add(process.Pid, "", isRoot: false);
        }

        return rows;

        void Add(int parent, string below, bool isRoot)
        {
            var siblings = children[parent].ToList();
            for (var i = 0; i < siblings.Count; i++)
            {
                if (added.Add(siblings[i].Pid))
                {
                    var isLast = i == siblings.Count - 1;
                    rows.Add((isRoot ? "" : below + (isLast ? last : fork), siblings[i]));
                    Add(siblings[i].Pid, isRoot ? "" : below + (isLast ? "   " : pass), isRoot: false);
                }
            }
        }
    }
}

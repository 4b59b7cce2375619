namespace Endoscope.Agent.Files;

/// <summary>A file met on a walk, or why one was left out.</summary>
/// <param name="Path">Its path, beginning with the one that was given for the first.</param>
/// <param name="File">The file, until the walk goes on.</param>
internal readonly record struct WalkStep(string Path, TargetFile? File, string? Problem);

/// <summary>
/// Walks through a directory and all below it, from one held-open directory to the next, so that nothing that the target does meanwhile
/// leads the walk elsewhere. Links are met and not followed; file systems of the kernel (proc, sysfs …) are not entered.
/// </summary>
internal static class FileWalk
{
    /// <summary>The deepest that any walk goes: a held-open directory each.</summary>
    public const int MostDepth = 255;

    /// <summary>Each file, a directory before what it holds.</summary>
    /// <param name="top">Where it begins; stays the caller's.</param>
    /// <param name="path">What the first file is called; what is below it begins so.</param>
    public static IEnumerable<WalkStep> From(TargetFile top, string path, int depth, bool oneFileSystem)
    {
        yield return new WalkStep(path, top, null);
        if (top.Status.Kind != 'd')
        {
            yield break;
        }

        var levels = new Stack<Level>();
        try
        {
            var problem = TryEnter(levels, top, path, isOwn: false);
            if (problem is not null)
            {
                yield return new WalkStep(path, null, problem);
            }

            while (levels.TryPeek(out var level))
            {
                if (level.Next == level.Names.Count)
                {
                    levels.Pop().Leave();
                    continue;
                }

                var name = level.Names[level.Next++];
                var childPath = FileNames.Join(level.Path, FileNames.Text(name));
                var error = level.Directory.TryOpenChild(name, out var child);
                if (error != 0)
                {
                    yield return new WalkStep(childPath, null, $"cannot look at '{childPath}': {TargetFile.Reason(error)}");
                    continue;
                }

                var entered = false;
                try
                {
                    yield return new WalkStep(childPath, child, null);
                    if (child!.Status.Kind != 'd' || levels.Count > depth || !IsToBeEntered(level.Directory, child, oneFileSystem))
                    {
                        continue;
                    }

                    problem = TryEnter(levels, child, childPath, isOwn: true);
                    entered = problem is null;
                }
                finally
                {
                    if (!entered)
                    {
                        child!.Dispose();
                    }
                }

                if (problem is not null)
                {
                    yield return new WalkStep(childPath, null, problem);
                }
            }
        }
        finally
        {
            foreach (var level in levels)
            {
                level.Leave();
            }
        }
    }

    private static bool IsToBeEntered(TargetFile parent, TargetFile child, bool oneFileSystem) =>
        parent.Status.Device == child.Status.Device || (!oneFileSystem && (!child.IsOfKernel || parent.IsOfKernel));

    private static string? TryEnter(Stack<Level> levels, TargetFile directory, string path, bool isOwn)
    {
        if (levels.Count > MostDepth)
        {
            return $"'{path}' is left out: it is more than {MostDepth} directories deep";
        }

        var error = directory.TryReadNames(out var names);
        if (error != 0)
        {
            return $"cannot read the directory '{path}': {TargetFile.Reason(error)}";
        }

        levels.Push(new Level(directory, path, names, isOwn));
        return null;
    }

    private sealed class Level(TargetFile directory, string path, List<byte[]> names, bool isOwn)
    {
        public TargetFile Directory => directory;

        public string Path => path;

        public List<byte[]> Names => names;

        public int Next { get; set; }

        public void Leave()
        {
            if (isOwn)
            {
                directory.Dispose();
            }
        }
    }
}

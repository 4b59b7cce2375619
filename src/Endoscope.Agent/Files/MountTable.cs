using System.Globalization;
using System.Text.RegularExpressions;

namespace Endoscope.Agent.Files;

/// <summary>One line of proc_pid_mountinfo(5).</summary>
/// <param name="Device">Major and minor number of the file system's device.</param>
/// <param name="Root">The directory of the file system that is mounted.</param>
/// <param name="Point">Where it is mounted, below the process's root.</param>
internal sealed partial record Mount(int Number, string Device, string Root, string Point, string FileSystem, string Source, IReadOnlyList<string> Options)
{
    // Where Docker and CRI-O keep layers; containerd's are found from the writable layer.
    private static readonly string[] StorageDirectories = ["/var/lib/docker/overlay2", "/var/lib/containers/storage/overlay"];

    /// <summary>The table of a process.</summary>
    public static IReadOnlyList<Mount> TableOf(int pid) => Parse(File.ReadAllText($"/proc/{pid}/mountinfo"));

    /// <summary>Reads a table; lines of another form are passed over.</summary>
    public static IReadOnlyList<Mount> Parse(string text)
    {
        List<Mount> mounts = [];
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(' ');
            var end = Array.IndexOf(fields, "-");
            if (end >= 6 && fields.Length > end + 3 && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                mounts.Add(new Mount(number, fields[2], Plain(fields[3]), Plain(fields[4]), fields[end + 1], Plain(fields[end + 2]), fields[end + 3].Split(',')));
            }
        }

        return mounts;
    }

    /// <summary>The directories of an overlay's layers, the uppermost first, and whether that one is written to.</summary>
    /// <param name="exists">Whether there is such a directory: a runtime shortens long lists to paths below a directory that the kernel does not tell.</param>
    public (IReadOnlyList<string> Directories, bool HasUpper) Layers(Predicate<string> exists)
    {
        var upper = Option("upperdir");
        string[] directories =
        [
            .. upper is null ? (string[])[] : [upper],
            .. Options.Where(option => option.StartsWith("lowerdir", StringComparison.Ordinal)).SelectMany(LowerDirectories),
        ];
        string[] bases = [.. Ancestors(upper), .. StorageDirectories];
        return ([.. directories.Select(directory => directory.StartsWith('/')
            ? directory
            : bases.Select(known => $"{known}/{directory}").FirstOrDefault(path => exists(path)) ?? directory)], upper is not null);
    }

    /// <summary>This path of the mount, as another table of mounts shows the same directory; null where it shows none.</summary>
    public string? PathIn(IReadOnlyList<Mount> others, string path)
    {
        var inside = Root == "/" ? path : Root + (path == "/" ? "" : path);
        var other = others.Where(mount => mount.Device == Device && IsBelow(inside, mount.Root)).MaxBy(mount => mount.Root.Length);
        return other is null ? null : Combine(other.Point, other.Root == "/" ? inside : inside[other.Root.Length..]);
    }

    /// <summary>The rest of a path of the process below this mount, beginning with a slash.</summary>
    public string Inside(string path) => Point == "/" ? path : path[Math.Min(Point.Length, path.Length)..] is { Length: > 0 } rest ? rest : "/";

    public static string Combine(string directory, string rest) => directory == "/" ? rest : rest is "/" or "" ? directory : directory + rest;

    private string? Option(string name) =>
        Options.FirstOrDefault(option => option.StartsWith(name + "=", StringComparison.Ordinal)) is { } option ? Plain(option[(name.Length + 1)..]) : null;

    // lowerdir=A:B, or since Linux 6.8 lowerdir+=A for each; a colon in a name is written as \:.
    private static IEnumerable<string> LowerDirectories(string option) =>
        Colon().Split(Plain(option[(option.IndexOf('=', StringComparison.Ordinal) + 1)..])).Where(directory => directory.Length > 0).Select(directory => directory.Replace("\\:", ":", StringComparison.Ordinal));

    private static IEnumerable<string> Ancestors(string? path)
    {
        for (var end = path?.LastIndexOf('/') ?? 0; end > 0; end = path!.LastIndexOf('/', end - 1))
        {
            yield return path![..end];
        }
    }

    private static bool IsBelow(string path, string directory) =>
        directory == "/" || path == directory || (path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/');

    // The kernel writes blanks, tabs, line ends and backslashes as \040 and so on.
    private static string Plain(string field) =>
        Octal().Replace(field, match => ((char)Convert.ToInt32(match.Value[1..], 8)).ToString());

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();

    [GeneratedRegex(@"(?<!\\):")]
    private static partial Regex Colon();
}

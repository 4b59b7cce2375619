using Endoscope.Protocol;

namespace Endoscope.Cli.Fs;

/// <summary>
/// Where fetched files go. Names come from the target and choose nothing outside: each part of a path is checked, nothing is made or
/// written through a link, and no link is made that leads out.
/// </summary>
internal sealed class LocalTree(string destination)
{
    // What a foreign program may set on its files and a copy of somebody else's should not have: set-user-ID, set-group-ID, sticky.
    private const int Permissions = 0x1FF;
    private const UnixFileMode OwnersAccess = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // On Windows also the other separator, and the colon, which would lead to another drive or behind a file.
    private static readonly char[] InvalidInNames = Path.GetInvalidFileNameChars();

    private static readonly char[] InvalidInLinks = [.. InvalidInNames.Where(character => character != '/')];

    private readonly HashSet<string> claimed = [];
    private readonly HashSet<string> made = [];
    private readonly Stack<(string Path, FileRecord Record)> directories = new();

    /// <summary>The file or directory that is made.</summary>
    public string Destination { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));

    /// <summary>The local path for a path below what is fetched, which came from the target.</summary>
    /// <exception cref="LocalPathException">It is none that can be, it came before, or it is below a link.</exception>
    public string Claim(string relative)
    {
        var path = Destination;
        if (relative.Length > 0)
        {
            foreach (var part in relative.Split('/'))
            {
                if (part is "" or "." or ".." || part.AsSpan().IndexOfAny(InvalidInNames) >= 0)
                {
                    throw new LocalPathException($"'{relative}' is left out: it is no path below {Destination}");
                }

                if (!made.Contains(path))
                {
                    throw new LocalPathException($"'{relative}' is left out: {path} is no directory that was made or entered");
                }

                path = Path.Combine(path, part);
            }
        }

        return claimed.Add(path) ? path : throw new LocalPathException($"'{relative}' is left out: another file came under that name");
    }

    /// <summary>Makes a directory, or enters one that is there.</summary>
    public void MakeDirectory(string path, FileRecord record)
    {
        var there = new DirectoryInfo(path);

        // The destination itself is the user's choice, be it a link or not.
        if (path != Destination && there.LinkTarget is not null)
        {
            throw new LocalPathException($"'{record.Name}' is left out: {path} is a link");
        }

        if (File.Exists(path))
        {
            throw new LocalPathException($"'{record.Name}' is left out: {path} is a file and no directory");
        }

        there.Create();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | OwnersAccess);
        }

        made.Add(path);
        directories.Push((path, record));
    }

    /// <summary>Makes a link, if it leads nowhere but below the destination.</summary>
    public static void MakeLink(string path, FileRecord record)
    {
        if (!StaysInside(record.Name, record.LinkTarget ?? ""))
        {
            throw new LocalPathException($"'{record.Name}' is left out: it is a link to '{record.LinkTarget}', outside of what is fetched");
        }

        var there = new FileInfo(path);
        if (there.LinkTarget == record.LinkTarget)
        {
            return;
        }

        if (there.Exists)
        {
            there.Delete();
        }

        File.CreateSymbolicLink(path, record.LinkTarget!);
    }

    /// <summary>
    /// Whether a link at this path below the destination cannot lead out of it, whatever else is fetched: it goes up no further than to the
    /// destination, and never up again after it went down, where another link might have taken it elsewhere. Pure.
    /// </summary>
    public static bool StaysInside(string linkPath, string target)
    {
        if (target.Length == 0 || target[0] == '/' || target.AsSpan().IndexOfAny(InvalidInLinks) >= 0)
        {
            return false;
        }

        var parts = target.Split('/').Where(part => part is not ("" or ".")).ToArray();
        var ups = parts.TakeWhile(part => part == "..").Count();
        return linkPath.Length > 0 && ups <= linkPath.Count(character => character == '/') && !parts.Skip(ups).Contains("..");
    }

    /// <summary>Puts a whole file in its place, with its permissions and times.</summary>
    public static void Finish(string part, string path, FileRecord record)
    {
        SetMode(part, record);
        File.SetLastWriteTimeUtc(part, record.Modified.UtcDateTime);
        File.Move(part, path, overwrite: true);
    }

    /// <summary>Gives directories their permissions and times, now that nothing is put into them any more.</summary>
    public void FinishDirectories()
    {
        while (directories.TryPop(out var directory))
        {
            SetMode(directory.Path, directory.Record);
            Directory.SetLastWriteTimeUtc(directory.Path, directory.Record.Modified.UtcDateTime);
        }
    }

    private static void SetMode(string path, FileRecord record)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)(record.Mode & Permissions));
        }
    }
}

/// <summary>A fetched file that cannot be put where its name says.</summary>
internal sealed class LocalPathException(string message) : Exception(message);

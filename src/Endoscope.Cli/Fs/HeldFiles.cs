using Endoscope.Protocol;

namespace Endoscope.Cli.Fs;

/// <summary>What an earlier, perhaps interrupted, fetch has left at the destination.</summary>
internal static class HeldFiles
{
    // What is beyond is fetched again; the request has to fit into one frame.
    private const int MostCharacters = 100_000;
    private const int CharactersPerFile = 100;

    /// <summary>The files and parts there are; links are not followed.</summary>
    public static async Task<IReadOnlyList<HeldFile>> FindAsync(string destination, CancellationToken cancellationToken)
    {
        List<HeldFile> held = [];
        if (!Directory.Exists(destination))
        {
            AddWhole(held, destination, "");
            await AddPartAsync(held, destination, "", cancellationToken);
            return held;
        }

        var characters = 0;
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var file in Directory.EnumerateFiles(destination, "*", options))
        {
            var relative = Path.GetRelativePath(destination, file).Replace(Path.DirectorySeparatorChar, '/');
            characters += relative.Length + CharactersPerFile;
            if (characters > MostCharacters)
            {
                break;
            }

            if (FilePart.NameOf(Path.GetFileName(file)) is { } name)
            {
                var directory = relative[..(relative.LastIndexOf('/') + 1)];
                await AddPartAsync(held, Path.Combine(Path.GetDirectoryName(file)!, name), directory + name, cancellationToken);
            }
            else
            {
                AddWhole(held, file, relative);
            }
        }

        return held;
    }

    private static void AddWhole(List<HeldFile> held, string file, string relative)
    {
        var info = new FileInfo(file);
        if (info is { Exists: true, LinkTarget: null })
        {
            held.Add(new HeldFile(relative, info.Length, info.LastWriteTimeUtc));
        }
    }

    private static async Task AddPartAsync(List<HeldFile> held, string file, string relative, CancellationToken cancellationToken)
    {
        if (await FilePart.HeldAsync(file, relative, cancellationToken) is { } part)
        {
            held.Add(part);
        }
    }
}

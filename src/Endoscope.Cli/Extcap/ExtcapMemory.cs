namespace Endoscope.Cli.Extcap;

/// <summary>
/// What the pickers held last. Wireshark keeps what the user has chosen, but shows it only among the values that are told when the options
/// open, and that is also asked whenever Wireshark starts, when no cluster should be.
/// </summary>
/// <param name="path">The file; null for no memory.</param>
internal sealed class ExtcapMemory(string? path)
{
    private const int MostLines = 2000;

    /// <summary>In the user's folder for what may be lost.</summary>
    public static ExtcapMemory Of(Func<string, string?> variable)
    {
        var folder = OperatingSystem.IsWindows() ? variable("LOCALAPPDATA")
            : variable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
            : variable("HOME") is { Length: > 0 } home ? Path.Combine(home, OperatingSystem.IsMacOS() ? "Library/Caches" : ".cache")
            : null;
        return new ExtcapMemory(folder is { Length: > 0 } ? Path.Combine(folder, "scope", "extcap") : null);
    }

    /// <summary>What the picker of an option held.</summary>
    public IReadOnlyList<ExtcapValue> Recall(string option) =>
        [.. Read().Where(line => line.Option == option).Select(line => new ExtcapValue(line.Value, line.Text))];

    /// <summary>Keeps what the picker of an option holds now, for this user alone.</summary>
    public void Keep(string option, IEnumerable<ExtcapValue> values)
    {
        if (path is null)
        {
            return;
        }

        var lines = Read().Where(line => line.Option != option)
            .Concat(values.Select(one => (Option: option, one.Value, one.Text)))
            .Where(line => (line.Value + line.Text).IndexOfAny(['\t', '\n', '\r']) < 0)
            .Take(MostLines);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using var file = new StreamWriter(path, options);
            foreach (var (name, value, text) in lines)
            {
                file.Write($"{name}\t{value}\t{text}\n");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Then it is asked for again.
        }
    }

    private List<(string Option, string Value, string Text)> Read()
    {
        try
        {
            return path is null || !File.Exists(path)
                ? []
                : [.. File.ReadLines(path).Take(MostLines).Select(line => line.Split('\t')).Where(parts => parts.Length == 3).Select(parts => (parts[0], parts[1], parts[2]))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

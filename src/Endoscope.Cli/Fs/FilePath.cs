namespace Endoscope.Cli.Fs;

/// <summary>Paths of the target as users write them.</summary>
internal static class FilePath
{
    /// <summary>The path, if it can be one.</summary>
    /// <exception cref="UsageException">It is empty.</exception>
    public static string Check(string? path) =>
        string.IsNullOrEmpty(path) ? throw new UsageException("the path is empty", "/ is the target's root directory") : path;
}

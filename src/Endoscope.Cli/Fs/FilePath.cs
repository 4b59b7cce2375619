namespace Endoscope.Cli.Fs;

/// <summary>Paths of the target as users write them.</summary>
internal static class FilePath
{
    /// <summary>The path, if it can be one.</summary>
    /// <exception cref="UsageException">It is empty, or looks like an option that there is not.</exception>
    public static string Check(string? path) => path switch
    {
        null or "" => throw new UsageException("the path is empty", "/ is the target's root directory"),
        ['-', ..] => throw new UsageException($"there is no option '{path}'", $"a file of that name is ./{path}"),
        _ => path,
    };
}

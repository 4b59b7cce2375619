namespace Endoscope.Kubernetes.Authentication;

/// <summary>
/// Finds the program that a name means: in PATH alone. The runtime would look into the current directory first, where anybody may have
/// left a program of that name.
/// </summary>
internal static class ProgramPath
{
    /// <summary>The program's absolute path; null where there is none that may be executed.</summary>
    /// <param name="command">A name, or an absolute path.</param>
    /// <param name="variable">Looks up an environment variable.</param>
    public static string? Find(string command, Func<string, string?> variable)
    {
        if (Path.IsPathRooted(command))
        {
            return IsExecutable(command) ? command : null;
        }

        if (command.Contains('/', StringComparison.Ordinal))
        {
            return null;
        }

        return (variable("PATH") ?? "").Split(Path.PathSeparator).Where(Path.IsPathRooted)
            .SelectMany(directory => Names(command).Select(name => Path.Combine(directory, name)))
            .FirstOrDefault(IsExecutable);
    }

    private static IEnumerable<string> Names(string command)
        => OperatingSystem.IsWindows() && !Path.HasExtension(command) ? [command + ".exe", command + ".cmd", command + ".bat"] : [command];

    private static bool IsExecutable(string path)
    {
        const UnixFileMode Any = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(path) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Any) != 0);
    }
}

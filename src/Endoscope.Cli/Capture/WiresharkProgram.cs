using System.Diagnostics;

namespace Endoscope.Cli.Capture;

/// <summary>Finds Wireshark, and starts it on packets from a pipe.</summary>
internal static class WiresharkProgram
{
    // The names are in the capture; to ask the machine's resolver for pods' addresses would be slow and wrong.
    private static readonly string[] Arguments =
        ["-k", "-i", "-", "-o", "nameres.network_name:TRUE", "-o", "nameres.use_external_name_resolver:FALSE"];

    /// <summary>Where it may be, in the order of preference; the first that is there is taken. Pure.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static IEnumerable<string> Places(Func<string, string?> variable)
    {
        if (variable("SCOPE_WIRESHARK") is { Length: > 0 } named)
        {
            return [named];
        }

        var isWindows = OperatingSystem.IsWindows();
        var name = isWindows ? "Wireshark.exe" : "wireshark";
        var onPath = (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name));
        return (isWindows, OperatingSystem.IsMacOS(), variable("WSL_DISTRO_NAME")) switch
        {
            (true, _, _) => [.. onPath, .. ProgramFolders(variable).Select(folder => Path.Combine(folder, "Wireshark", name))],
            (_, true, _) => [.. onPath, "/Applications/Wireshark.app/Contents/MacOS/Wireshark"],

            // A Linux under Windows seldom has a screen of its own; Windows' Wireshark reads its pipes as well.
            (_, _, { Length: > 0 }) => ["/mnt/c/Program Files/Wireshark/Wireshark.exe", .. onPath],
            _ => onPath,
        };
    }

    /// <summary>Starts it; it reads a capture from its standard input.</summary>
    /// <exception cref="UsageException">It is not there, or does not start.</exception>
    public static Process Start(Func<string, string?> variable)
    {
        var program = Places(variable).FirstOrDefault(File.Exists)
            ?? throw new UsageException("Wireshark was not found", "install it, name it with SCOPE_WIRESHARK, or capture into a file with -w FILE");
        try
        {
            return Process.Start(new ProcessStartInfo(program, Arguments) { RedirectStandardInput = true, UseShellExecute = false })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UsageException($"{program} does not start: {e.Message}");
        }
    }

    private static IEnumerable<string> ProgramFolders(Func<string, string?> variable) =>
        new[] { variable("ProgramW6432"), variable("ProgramFiles"), variable("ProgramFiles(x86)") }.OfType<string>().Distinct();
}

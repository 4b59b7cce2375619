namespace Endoscope.Cli.Capture;

/// <summary>The kinds of desktops that Wireshark is found on in different ways.</summary>
internal enum Desktop
{
    /// <summary>Linux, or another Unix.</summary>
    Linux,

    /// <summary>A Linux under Windows, whose programs it can start.</summary>
    Wsl,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}

/// <summary>Where Wireshark and its tools are installed. Pure, but for what system this is.</summary>
internal static class WiresharkPlaces
{
    /// <summary>The desktop of this process.</summary>
    public static Desktop Here(Func<string, string?> variable) =>
        OperatingSystem.IsWindows() ? Desktop.Windows
        : OperatingSystem.IsMacOS() ? Desktop.MacOS
        : variable("WSL_DISTRO_NAME") is { Length: > 0 } ? Desktop.Wsl
        : Desktop.Linux;

    /// <inheritdoc cref="Of(string, Desktop, Func{string, string?})"/>
    public static IEnumerable<string> Of(string program, Func<string, string?> variable) => Of(program, Here(variable), variable);

    /// <summary>Where a program of Wireshark's may be, in the order of preference; the first that is there is taken.</summary>
    /// <param name="program"><c>wireshark</c> or <c>tshark</c>.</param>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static IEnumerable<string> Of(string program, Desktop desktop, Func<string, string?> variable)
    {
        var (slash, separator, name) = desktop == Desktop.Windows ? ('\\', ';', program + ".exe") : ('/', ':', program);
        var onPath = (variable("PATH") ?? "").Split(separator, StringSplitOptions.RemoveEmptyEntries).Select(folder => $"{folder.TrimEnd(slash)}{slash}{name}");
        return desktop switch
        {
            Desktop.Windows =>
            [
                .. onPath,
                .. new[] { variable("ProgramW6432"), variable("ProgramFiles"), variable("ProgramFiles(x86)") }
                    .OfType<string>().Distinct().Select(folder => $@"{folder}\Wireshark\{name}"),
            ],
            Desktop.MacOS =>
            [
                .. onPath,
                // The program within the bundle is the same whatever it is called outside.
                $"/Applications/Wireshark.app/Contents/MacOS/{(program == "wireshark" ? "Wireshark" : program)}",
                .. variable("HOME") is { Length: > 0 } home ? [$"{home}/Applications/Wireshark.app/Contents/MacOS/{(program == "wireshark" ? "Wireshark" : program)}"] : Array.Empty<string>(),
            ],

            // A Linux under Windows seldom has a screen of its own, and Windows' Wireshark reads its pipes as well. Its folders are no use here.
            Desktop.Wsl when program == "wireshark" => ["/mnt/c/Program Files/Wireshark/Wireshark.exe", .. onPath],
            _ => onPath,
        };
    }

    /// <summary>What to do where a program is missing.</summary>
    public static string HowToInstall(string program, Func<string, string?> variable) => HowToInstall(program, Here(variable));

    /// <inheritdoc cref="HowToInstall(string, Func{string, string?})"/>
    public static string HowToInstall(string program, Desktop desktop) => desktop switch
    {
        Desktop.Windows => "winget install WiresharkFoundation.Wireshark",
        Desktop.MacOS => "brew install --cask wireshark",
        Desktop.Wsl when program == "wireshark" => "in Windows: winget install WiresharkFoundation.Wireshark",
        _ => program == "tshark"
            ? "apt install tshark, dnf install wireshark-cli, pacman -S wireshark-cli, zypper install wireshark"
            : "apt install wireshark, dnf install wireshark, pacman -S wireshark-qt, zypper install wireshark-ui-qt",
    };
}

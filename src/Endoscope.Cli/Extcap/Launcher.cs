namespace Endoscope.Cli.Extcap;

/// <summary>The little program in Wireshark's folder that starts this one. Pure.</summary>
internal static class Launcher
{
    private const string Mark = "Made by 'scope extcap install'";

    // Their values are paths, which Wireshark would read from a folder of its own.
    private static readonly HashSet<string> PathOptions = ["--kubeconfig", "--certificate-authority", "--client-certificate", "--client-key"];

    /// <summary>Its name; Wireshark names the toolbar after it.</summary>
    public static string Name(bool isWindows) => isWindows ? "scope.bat" : "scope";

    /// <summary>Whether a file of that name is ours.</summary>
    public static bool IsOurs(string text) => text.Contains(Mark, StringComparison.Ordinal);

    /// <summary>Its text.</summary>
    /// <param name="program">This program's path.</param>
    /// <param name="before">What goes before <c>extcap</c>: the options that were given to the installation.</param>
    /// <param name="after">What goes after it.</param>
    /// <param name="variables">Variables of the environment to be there where they are not set: a program started from a desktop lacks those of a shell.</param>
    public static string Plan(bool isWindows, string program, IEnumerable<string> before, IEnumerable<string> after, IEnumerable<KeyValuePair<string, string>> variables)
    {
        string[] words = [.. before, "extcap", .. after];
        if (isWindows)
        {
            return $"@echo off\r\nrem {Mark}; 'scope extcap uninstall' removes it.\r\n{string.Join(' ', words.Prepend(program).Select(BatchQuoted))} %*\r\n";
        }

        var set = string.Concat(variables.Select(one => one.Key == "PATH"
            ? $"PATH=$PATH:{ShellQuoted(one.Value)}; export PATH\n"
            : $"{one.Key}=${{{one.Key}:-{ShellQuoted(one.Value)}}}; export {one.Key}\n"));
        return $"#!/bin/sh\n# {Mark}; 'scope extcap uninstall' removes it.\n{set}exec {string.Join(' ', words.Prepend(program).Select(ShellQuoted))} \"$@\"\n";
    }

    /// <summary>Options whose values are paths get whole ones.</summary>
    public static IReadOnlyList<string> WithWholePaths(IReadOnlyList<string> words) =>
        [.. words.Select((word, i) => i > 0 && PathOptions.Contains(words[i - 1]) ? Path.GetFullPath(word) : word)];

    private static string ShellQuoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    private static string BatchQuoted(string word) => $"\"{word.Replace("%", "%%", StringComparison.Ordinal)}\"";
}

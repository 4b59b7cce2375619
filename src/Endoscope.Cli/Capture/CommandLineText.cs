namespace Endoscope.Cli.Capture;

/// <summary>A command line as a line of text. Pure.</summary>
internal static class CommandLineText
{
    private const string Secret = "--token";

    /// <summary>The words, quoted where a shell would need that; without the user's token.</summary>
    public static string Format(IEnumerable<string> words)
    {
        List<string> shown = ["scope"];
        var isSecret = false;
        foreach (var word in words)
        {
            shown.Add(isSecret ? "…" : word.StartsWith(Secret + "=", StringComparison.Ordinal) ? Secret + "=…" : Quote(word));
            isSecret = word == Secret;
        }

        return string.Join(' ', shown);
    }

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || "-_./:,=@%+×".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

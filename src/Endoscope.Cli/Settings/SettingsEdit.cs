using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Cli.Settings;

/// <summary>Changes one key of a settings file and leaves everything else, comments too, as its user wrote it. Pure.</summary>
internal static partial class SettingsEdit
{
    /// <summary>The text with the key set, at the end if it was not there.</summary>
    /// <exception cref="UsageException">The text is not valid, or in a form that only a person can change.</exception>
    public static string Set(string text, string path, string name, string value)
    {
        var line = $"{name}: {(Plain().IsMatch(value) ? value : Quote(value))}";
        var lines = Lines(text);
        if (Range(text, path, name) is var (start, count) && count > 0)
        {
            lines.RemoveRange(start, count);
            lines.Insert(start, line);
        }
        else
        {
            lines.Add(line);
        }

        return Checked(lines, text, path, name);
    }

    /// <summary>The text without the key; the same where it was not there.</summary>
    /// <inheritdoc cref="Set"/>
    public static string Unset(string text, string path, string name)
    {
        var lines = Lines(text);
        var (start, count) = Range(text, path, name);
        lines.RemoveRange(start, count);
        return Checked(lines, text, path, name);
    }

    // The lines of a key: up to the next one, without the comments and empty lines before that.
    private static (int Start, int Count) Range(string text, string path, string name)
    {
        var keys = SettingsFile.Root(text, path).Children.Keys.ToList();
        var index = keys.FindIndex(key => (key as YamlScalarNode)?.Value == name);
        if (index < 0)
        {
            return (0, 0);
        }

        var lines = Lines(text);
        var start = (int)keys[index].Start.Line - 1;
        var end = index + 1 < keys.Count ? (int)keys[index + 1].Start.Line - 1 : lines.Count;
        while (end > start + 1 && (lines[end - 1].Trim() is [] or ['#', ..]))
        {
            end--;
        }

        return (start, end - start);
    }

    // Every other key must say what it said before.
    private static string Checked(List<string> lines, string before, string path, string name)
    {
        var after = lines.Count == 0 ? "" : string.Join('\n', lines) + "\n";
        try
        {
            if (Others(before, path, name).SequenceEqual(Others(after, path, name)))
            {
                return after;
            }
        }
        catch (UsageException)
        {
            // What came out is no settings file at all.
        }

        throw new UsageException($"{path} is written in a form that scope does not change", "edit it by hand");
    }

    private static IEnumerable<(YamlNode, YamlNode)> Others(string text, string path, string name) =>
        SettingsFile.Root(text, path).Children.Where(pair => (pair.Key as YamlScalarNode)?.Value != name).Select(pair => (pair.Key, pair.Value));

    private static List<string> Lines(string text) => text.Length == 0 ? [] : [.. text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')];

    // A JSON string is one of YAML's, too.
    private static string Quote(string value) => $"\"{JsonEncodedText.Encode(value, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    [GeneratedRegex(@"\A[A-Za-z0-9][-A-Za-z0-9/._=]*(:[-A-Za-z0-9/._=]+)*\z")]
    private static partial Regex Plain();
}

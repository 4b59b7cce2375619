using System.Globalization;
using Endoscope.Kubernetes;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Cli.Settings;

/// <summary>What a key of the settings file says.</summary>
/// <param name="Text">The value as it would be written on the command line.</param>
/// <param name="Place">The file and the line.</param>
internal sealed record SettingsEntry(string Text, string Place);

/// <summary>The user's settings file. It is read only where it is there.</summary>
/// <param name="Path">Where it is, or would be; null where the user has no home.</param>
/// <param name="Entries">What it says, by the settings' names.</param>
internal sealed record SettingsFile(string? Path, IReadOnlyDictionary<string, SettingsEntry> Entries)
{
    // It holds a handful of lines; a device or a log is none.
    private const int MaxLength = 1 << 20;

    /// <summary>Finds and reads it.</summary>
    /// <exception cref="UsageException">It cannot be read, is not valid, or has a key that is none.</exception>
    public static SettingsFile Read(Func<string, string?> variable)
    {
        var path = Locate(variable, OperatingSystem.IsWindows(), OperatingSystem.IsMacOS());
        return new SettingsFile(path, File.Exists(path) ? Parse(ReadText(path, "the settings file"), path) : new Dictionary<string, SettingsEntry>());
    }

    /// <summary>Where it is by the platform's custom; null where the user has no home. Pure.</summary>
    public static string? Locate(Func<string, string?> variable, bool isWindows, bool isMac)
    {
        // By the XDG rules a relative path counts as none.
        var home = variable("HOME") is { Length: > 0 } set ? set : null;
        var directory = variable("XDG_CONFIG_HOME") is { Length: > 0 } xdg && System.IO.Path.IsPathRooted(xdg) ? xdg
            : isWindows ? variable("APPDATA")
            : home is null ? null
            : isMac ? System.IO.Path.Combine(home, "Library", "Application Support") : System.IO.Path.Combine(home, ".config");
        return string.IsNullOrEmpty(directory) ? null : System.IO.Path.Combine(directory, "endoscope", "config.yaml");
    }

    /// <summary>Reads the text of one. Pure.</summary>
    /// <exception cref="UsageException">It is not valid, or has a key that is none.</exception>
    public static IReadOnlyDictionary<string, SettingsEntry> Parse(string text, string path)
    {
        var entries = new Dictionary<string, SettingsEntry>();
        foreach (var (key, value) in Root(text, path).Children)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}:{key.Start.Line}");
            KnownSettings.Named(name, $"{place}: ");
            entries[name] = new SettingsEntry(TextOf(value) ?? throw new UsageException($"{place}: {name} takes text, a list or a mapping of texts"), place);
        }

        return entries;
    }

    /// <summary>The text's keys and values.</summary>
    /// <exception cref="UsageException">It is not valid.</exception>
    public static YamlMappingNode Root(string text, string path)
    {
        try
        {
            return YamlText.Root(text, path) switch
            {
                null or YamlScalarNode { Value: null or "" } => [],
                YamlMappingNode mapping => mapping,
                var other => throw new UsageException($"{path}:{other.Start.Line}: not a settings file", "each line is KEY: VALUE; scope config shows the keys"),
            };
        }
        catch (ClusterException e)
        {
            throw new UsageException(e.Message, "each line is KEY: VALUE; scope config --help shows more");
        }
    }

    /// <summary>The text of a file of reasonable size.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static string ReadText(string path, string what)
    {
        try
        {
            using var reader = new StreamReader(path);
            var buffer = new char[MaxLength + 1];
            var count = reader.ReadBlock(buffer);
            return count <= MaxLength ? new string(buffer, 0, count) : throw new UsageException($"{what} {path} is larger than {MaxLength >> 20} MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"cannot read {what} {path}: {e.Message}");
        }
    }

    private static string? TextOf(YamlNode value) => value switch
    {
        YamlScalarNode scalar => scalar.Style == YamlDotNet.Core.ScalarStyle.Plain && scalar.Value is "null" or "~" ? "" : scalar.Value ?? "",
        YamlSequenceNode list when list.All(item => item is YamlScalarNode) => SettingValues.Join(list.Select(item => ((YamlScalarNode)item).Value ?? "")),
        YamlMappingNode map when map.Children.All(pair => pair is { Key: YamlScalarNode, Value: YamlScalarNode }) =>
            SettingValues.Join(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", ((YamlScalarNode)pair.Value).Value ?? ""))),
        _ => null,
    };
}

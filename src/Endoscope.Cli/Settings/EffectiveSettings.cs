using System.CommandLine;

namespace Endoscope.Cli.Settings;

/// <summary>Where a value is from, the strongest first.</summary>
internal enum SettingSource
{
    Flag,
    Variable,
    File,
    Default,
}

/// <summary>The value that counts.</summary>
/// <param name="Place">Where exactly it is from: <c>--idle</c>, <c>$SCOPE_IDLE</c>, <c>FILE:LINE</c> or <c>default</c>.</param>
internal sealed record SettingValue(Setting Setting, string Text, SettingSource Source, string Place);

/// <summary>The value of every setting, taken from the strongest place that has one.</summary>
internal sealed class EffectiveSettings
{
    private readonly Dictionary<Setting, SettingValue> values;

    private EffectiveSettings(Dictionary<Setting, SettingValue> values) => this.values = values;

    /// <summary>In their order.</summary>
    public IEnumerable<SettingValue> All => KnownSettings.All.Select(setting => values[setting]);

    /// <summary>Finds and checks them all.</summary>
    /// <param name="flag">The text given with a setting's flag, or null.</param>
    /// <param name="variable">A variable of the environment, or null.</param>
    /// <exception cref="UsageException">One of them makes no sense.</exception>
    public static EffectiveSettings Find(Func<Setting, string?> flag, Func<string, string?> variable, SettingsFile file)
    {
        var found = KnownSettings.All.ToDictionary(setting => setting, setting => Find(setting, flag, variable, file));
        foreach (var value in found.Values)
        {
            Check(value);
        }

        return new EffectiveSettings(found);
    }

    /// <summary>What a setting is set to.</summary>
    public T Of<T>(Setting<T> setting) => setting.Parse(values[setting].Text);

    /// <summary>The file that a setting names, as a full path: one named in the settings file starts from there.</summary>
    public string? FileOf(Setting<string> setting, SettingsFile file) => values[setting] switch
    {
        { Text: "" } => null,
        { Source: SettingSource.File } value => Path.GetFullPath(value.Text, Path.GetDirectoryName(file.Path!)!),
        var value => Path.GetFullPath(value.Text),
    };

    private static SettingValue Find(Setting setting, Func<Setting, string?> flag, Func<string, string?> variable, SettingsFile file) =>
        flag(setting) is { } given ? new(setting, given, SettingSource.Flag, setting.Flag)
        : variable(setting.Variable) is { Length: > 0 } exported ? new(setting, exported, SettingSource.Variable, "$" + setting.Variable)
        : file.Entries.TryGetValue(setting.Name, out var entry) ? new(setting, entry.Text, SettingSource.File, entry.Place)
        : new(setting, setting.Default, SettingSource.Default, "default");

    private static void Check(SettingValue value)
    {
        try
        {
            value.Setting.Check(value.Text);
        }
        catch (FormatException e)
        {
            var name = value.Source == SettingSource.File ? $"{value.Place}: {value.Setting.Name}" : value.Place;
            throw new UsageException($"{name}: {e.Message}", value.Source == SettingSource.Flag ? "scope --help shows what it takes" : $"{value.Setting.Flag} on the command line goes before it");
        }
    }
}

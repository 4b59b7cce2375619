using Endoscope.Cli.Settings;

namespace Endoscope.Cli.Output;

/// <summary>The answer of <c>scope config -o json</c>.</summary>
/// <param name="File">Where the settings file is, or would be; null where the user has no home.</param>
/// <param name="Exists">Whether it is there.</param>
internal sealed record SettingsDocument(string? File, bool Exists, IReadOnlyList<SettingDocument> Settings)
{
    public static SettingsDocument From(SettingsFile file, EffectiveSettings settings) => new(
        file.Path,
        System.IO.File.Exists(file.Path),
        [.. settings.All.Select(value => new SettingDocument(value.Setting.Name, value.Text, Word(value.Source), value.Place))]);

    private static string Word(SettingSource source) => source switch
    {
        SettingSource.Flag => "flag",
        SettingSource.Variable => "variable",
        SettingSource.File => "file",
        _ => "default",
    };
}

/// <summary>One setting.</summary>
/// <param name="Source"><c>flag</c>, <c>variable</c>, <c>file</c> or <c>default</c>.</param>
/// <param name="Place">The flag, the variable, or the file and the line.</param>
internal sealed record SettingDocument(string Name, string Value, string Source, string Place);

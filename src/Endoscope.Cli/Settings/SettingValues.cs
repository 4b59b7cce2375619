using System.Text;
using System.Text.RegularExpressions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Settings;

/// <summary>Reads the values of settings, whose text is the same on the command line, in the environment and in the settings file. Pure.</summary>
internal static partial class SettingValues
{
    /// <summary>Tolerate every taint.</summary>
    public const string AllTaints = "*";

    private static readonly string[] Effects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

    /// <summary>Something that must be there.</summary>
    public static Func<string, string> Word(string what) => text => text.Length > 0 ? text : throw new FormatException($"it takes {what}");

    /// <summary>A name of the cluster's; empty for none.</summary>
    public static Func<string, string?> Optional(string what) => text =>
        text.Length == 0 ? null
        : NamePattern().IsMatch(text) ? text
        : throw new FormatException($"'{text}' is not the name of {what}: a-z, 0-9, '-' and '.', beginning and ending with a letter or digit");

    /// <summary>A time of at least so much.</summary>
    public static Func<string, TimeSpan> Time(TimeSpan least) => text => OptionParsers.TryDuration(text) is not { } time
        ? throw new FormatException($"'{text}' is not a time: write 90s, 1.5m, 2h or 500ms, up to 7 days")
        : time >= least ? time : throw new FormatException($"'{text}' is too short: {Output.Duration.Format(least)} is the least");

    /// <summary>A way in.</summary>
    public static AccessMode Mode(string text) => text switch
    {
        "pod" => AccessMode.Pod,
        "ephemeral" => AccessMode.Ephemeral,
        "auto" => AccessMode.Auto,
        _ => throw new FormatException($"'{text}' is not a way to get beside a target: there are pod, ephemeral and auto"),
    };

    public static IReadOnlyDictionary<string, string> Labels(string text) => Pairs(text, (key, value) =>
        Key(key) ?? (LabelPattern().IsMatch(value) ? null
            : $"'{value}' is not a label's value: up to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"));

    public static IReadOnlyDictionary<string, string> Annotations(string text) => Pairs(text, (key, _) => Key(key));

    public static IReadOnlyDictionary<string, string> Resources(string text) => Pairs(text, (key, value) =>
        !QualifiedPattern().IsMatch(key) ? $"'{key}' is not a resource: write cpu, memory, ephemeral-storage or DOMAIN/NAME"
        : QuantityPattern().IsMatch(value) ? null : $"'{value}' is not an amount: write 250m, 2, 64Mi or 1Gi");

    /// <summary>Taints as <c>kubectl taint</c> spells them; null for all.</summary>
    public static IReadOnlyList<Toleration>? Tolerations(string text) => text == AllTaints ? null : [.. Split(text).Select(Taint)];

    /// <summary>The text that reads as these pairs.</summary>
    public static string Join(IEnumerable<KeyValuePair<string, string>> pairs) => Join(pairs.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>The text that reads as these items.</summary>
    public static string Join(IEnumerable<string> items) =>
        string.Join(',', items.Select(item => item.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal)));

    private static Toleration Taint(string text)
    {
        var colon = text.LastIndexOf(':');
        var effect = colon < 0 ? null : text[(colon + 1)..];
        var key = (colon < 0 ? text : text[..colon]).Split('=', 2);
        return QualifiedPattern().IsMatch(key[0]) && (effect is null || Effects.Contains(effect)) && (key.Length == 1 || LabelPattern().IsMatch(key[1]))
            ? new Toleration(key[0], key.Length == 1 ? null : key[1], effect)
            : throw new FormatException($"'{text}' is not a taint: write KEY, KEY=VALUE, KEY:EFFECT or KEY=VALUE:EFFECT, where EFFECT is {string.Join(", ", Effects)}; or * for all");
    }

    private static string? Key(string key) =>
        !QualifiedPattern().IsMatch(key) ? $"'{key}' is not a key: write NAME or DOMAIN/NAME, where NAME is up to 63 letters, digits, '-', '_' and '.'"
        : DebugPodPlan.IsReserved(key) ? $"'{key}' is scope's own"
        : null;

    private static Dictionary<string, string> Pairs(string text, Func<string, string, string?> wrong)
    {
        var pairs = new Dictionary<string, string>();
        foreach (var item in Split(text))
        {
            if (item.Split('=', 2) is not [var key, var value])
            {
                throw new FormatException($"'{item}' is not KEY=VALUE");
            }

            if (wrong(key, value) is { } why)
            {
                throw new FormatException(why);
            }

            if (!pairs.TryAdd(key, value))
            {
                throw new FormatException($"'{key}' is there twice");
            }
        }

        return pairs;
    }

    // At commas; a backslash takes the next character as it is.
    private static List<string> Split(string text)
    {
        List<string> items = [];
        var item = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ',')
            {
                items.Add(item.ToString());
                item.Clear();
            }
            else
            {
                item.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
            }
        }

        return text.Length == 0 ? items : [.. items, item.ToString()];
    }

    [GeneratedRegex(@"\A[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelPattern();

    [GeneratedRegex(@"\A([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex QualifiedPattern();

    [GeneratedRegex(@"\A[0-9]{1,15}(\.[0-9]{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?\z")]
    private static partial Regex QuantityPattern();
}

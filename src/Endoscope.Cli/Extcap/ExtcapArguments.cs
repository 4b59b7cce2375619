namespace Endoscope.Cli.Extcap;

/// <summary>What Wireshark asks for.</summary>
internal enum ExtcapQuestion
{
    /// <summary>Nothing that is known here.</summary>
    None,

    /// <summary>Which interfaces and controls there are.</summary>
    Interfaces,

    /// <summary>What an interface's packets begin with.</summary>
    LinkTypes,

    /// <summary>The options of an interface, or the values of one of them.</summary>
    Options,

    /// <summary>Whether a capture filter is right.</summary>
    Filter,

    /// <summary>Packets.</summary>
    Capture,
}

/// <summary>
/// The arguments that Wireshark calls an extcap with (extcap(4)). They are no command line of ours: each is <c>--name value</c> or
/// <c>--name=value</c>, later versions of Wireshark add some, and those that are unknown are passed over.
/// </summary>
internal sealed class ExtcapArguments
{
    private const string InterfacesQuestion = "--extcap-interfaces";
    private const string LinkTypesQuestion = "--extcap-dlts";
    private const string OptionsQuestion = "--extcap-config";
    private const string CaptureQuestion = "--capture";
    private const string FilterOption = "--extcap-capture-filter";

    private static readonly HashSet<string> FlagNames =
        [InterfacesQuestion, LinkTypesQuestion, OptionsQuestion, CaptureQuestion, "--terminate", "--interface-per-pod", "--debug"];

    private static readonly HashSet<string> ValueNames =
    [
        FilterOption, "--extcap-interface", "--extcap-version", "--extcap-reload-option", "--extcap-control-in", "--extcap-control-out", "--fifo",
        "--context", "--kubeconfig", "--namespace", "--pod", "--also", "--selector", "--container", "--interfaces", "--snaplen", "--max-pods", "--image",
    ];

    private readonly HashSet<string> flags = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>The question.</summary>
    public ExtcapQuestion Question =>
        flags.Contains(InterfacesQuestion) ? ExtcapQuestion.Interfaces
        : flags.Contains(CaptureQuestion) ? ExtcapQuestion.Capture
        : flags.Contains(LinkTypesQuestion) ? ExtcapQuestion.LinkTypes
        : flags.Contains(OptionsQuestion) ? ExtcapQuestion.Options
        : values.ContainsKey(FilterOption) ? ExtcapQuestion.Filter
        : ExtcapQuestion.None;

    /// <summary>Whether these are words to an extcap and not a command line of a user's.</summary>
    public static bool Are(IReadOnlyList<string> args) =>
        args.Any(arg => arg == CaptureQuestion || arg.StartsWith("--extcap-", StringComparison.Ordinal));

    /// <summary>Whether a flag is there.</summary>
    public bool Has(string flag) => flags.Contains(flag);

    /// <summary>The value of an option, or null where it was not given or is empty.</summary>
    public string? this[string option] => values.TryGetValue(option, out var value) && value.Length > 0 ? value : null;

    /// <summary>Reads them; of an option that comes twice the last counts. Pure.</summary>
    public static ExtcapArguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new ExtcapArguments();
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                continue;
            }

            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? args[i] : args[i][..equals];
            var attached = equals < 0 ? null : args[i][(equals + 1)..];
            if (FlagNames.Contains(name))
            {
                // Some versions say true or false after a flag.
                var said = attached ?? (i + 1 < args.Count && args[i + 1] is "true" or "false" ? args[++i] : null);
                _ = said == "false" ? parsed.flags.Remove(name) : parsed.flags.Add(name);
            }
            else if (ValueNames.Contains(name) && (attached ?? (i + 1 < args.Count ? args[++i] : null)) is { } value)
            {
                parsed.values[name] = value;
            }
        }

        return parsed;
    }
}

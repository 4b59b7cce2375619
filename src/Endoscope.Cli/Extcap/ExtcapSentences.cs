using System.Globalization;
using System.Text;

namespace Endoscope.Cli.Extcap;

/// <summary>A value of an option with a list to choose from.</summary>
internal sealed record ExtcapValue(string Value, string Text, bool IsDefault = false);

/// <summary>What an extcap says to Wireshark: a sentence a line, <c>word {name=value}{name=value}</c> (extcap(4)). Pure.</summary>
internal static class ExtcapSentences
{
    /// <summary>The interface whose pods are chosen in its options.</summary>
    public const string AnyPod = "scope";

    /// <summary>Of the pod picker: nothing is chosen yet.</summary>
    public const string NoPod = "-";

    /// <summary>Of the pod picker: all pods of the namespace.</summary>
    public const string AllPods = "*";

    private const string PodPrefix = AnyPod + "-";
    private const string Help = "https://github.com/Agilicus/endoscope";

    /// <summary>The name of the interface of one pod. A namespace has no dots; a slash would not do, as the name becomes part of a file's.</summary>
    public static string InterfaceOf(string ns, string pod) => $"{PodPrefix}{ns}.{pod}";

    /// <summary>The pod of an interface for one pod, else null.</summary>
    public static (string Namespace, string Pod)? PodOf(string? interfaceName) =>
        interfaceName is not null && interfaceName.StartsWith(PodPrefix, StringComparison.Ordinal)
        && interfaceName[PodPrefix.Length..].Split('.', 2) is [{ Length: > 0 } ns, { Length: > 0 } pod]
            ? (ns, pod)
            : null;

    /// <summary>The interfaces, and the controls of the toolbar.</summary>
    public static string Interfaces(string version, IEnumerable<ExtcapValue> pods)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"extcap {{version={version}}}{{help={Help}}}\n");
        foreach (var one in pods.Prepend(new ExtcapValue(AnyPod, "Kubernetes pods")))
        {
            text.Append(CultureInfo.InvariantCulture, $"interface {{value={one.Value}}}{{display={Plain(one.Text)}}}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"control {{number={Toolbar.PauseControl}}}{{type=boolean}}{{display=Pause}}{{default=false}}{{tooltip=Leave packets out until it is unchecked}}\n");
        text.Append(CultureInfo.InvariantCulture, $"control {{number={Toolbar.StatisticsControl}}}{{type=button}}{{role=control}}{{display=Statistics}}{{tooltip=Packets captured and dropped, by interface}}\n");
        text.Append(CultureInfo.InvariantCulture, $"control {{number={Toolbar.LogControl}}}{{type=button}}{{role=logger}}{{display=Log}}{{tooltip=What scope has to say of this capture}}\n");
        return text.ToString();
    }

    /// <summary>What packets begin with: pods have Ethernet; where one has not, the capture says so by itself.</summary>
    public static string LinkTypes() => "dlt {number=1}{name=EN10MB}{display=Ethernet}\n";

    /// <summary>A sentence for each value of an option.</summary>
    public static string Values(int option, IEnumerable<ExtcapValue> values)
    {
        var text = new StringBuilder();
        foreach (var one in values)
        {
            text.Append(CultureInfo.InvariantCulture, $"value {{arg={option}}}{{value={Plain(one.Value)}}}{{display={Plain(one.Text)}}}{{default={(one.IsDefault ? "true" : "false")}}}\n");
        }

        return text.ToString();
    }

    // Braces end a value and cannot be written in one, and neither can line ends.
    private static string Plain(string text) => text.IndexOfAny(['{', '}', '\n', '\r', '\t', '\0']) < 0
        ? text
        : string.Concat(text.Select(c => c switch
        {
            '{' => '(',
            '}' => ')',
            _ => char.IsControl(c) ? ' ' : c,
        }));
}

using System.Globalization;
using System.Text;
using Endoscope.Protocol;

namespace Endoscope.Cli.Extcap;

/// <summary>The values of the options that have a list to choose from.</summary>
internal sealed record ExtcapChoices(IReadOnlyList<ExtcapValue> Contexts, IReadOnlyList<ExtcapValue> Namespaces, IReadOnlyList<ExtcapValue> Pods);

/// <summary>The options of our interfaces, as Wireshark shows them in a window with a tab for each group. Pure.</summary>
internal static class ExtcapOptions
{
    public const int Context = 0;
    public const int Namespace = 1;
    public const int Pod = 2;

    private const string Pods = "Pods";
    private const string Capture = "Capture";
    private const string Cluster = "Cluster";

    private static readonly string Longest = PacketEncoder.LongestPacket.ToString(CultureInfo.InvariantCulture);

    // Version 4.0 of Wireshark reloads the values of "selector" alone, and knows no "editselector": what is to be typed has a line of its own.
    private static readonly string[] ForPods =
    [
        $"arg {{number={Context}}}{{call=--context}}{{display=Context}}{{tooltip=The kubeconfig's context}}{{type=selector}}{{reload=true}}{{placeholder=Read again}}{{group={Pods}}}",
        $"arg {{number={Namespace}}}{{call=--namespace}}{{display=Namespace}}{{tooltip=The button asks the cluster which there are}}{{type=selector}}{{required=true}}{{reload=true}}{{placeholder=List}}{{group={Pods}}}",
        $"arg {{number={Pod}}}{{call=--pod}}{{display=Pods}}{{tooltip=The button asks the cluster which there are in the namespace}}{{type=selector}}{{required=true}}{{reload=true}}{{placeholder=List}}{{group={Pods}}}",
        $"arg {{number=3}}{{call=--also}}{{display=And these}}{{tooltip=More pods and workloads, separated by commas: web-0,deploy/db,svc/cart}}{{type=string}}{{group={Pods}}}",
        $"arg {{number=4}}{{call=--selector}}{{display=Label selector}}{{tooltip=And all pods that it selects: app=web}}{{type=string}}{{group={Pods}}}",
    ];

    private static readonly string[] ForAll =
    [
        $"arg {{number=5}}{{call=--container}}{{display=Container}}{{tooltip=By which a pod's network is found; any will do}}{{type=string}}{{group={Capture}}}",
        $"arg {{number=6}}{{call=--interfaces}}{{display=Interfaces}}{{tooltip=Of the pods, separated by commas; none: all that are up but loopback; any: all in one}}{{type=string}}{{group={Capture}}}",
        $"arg {{number=7}}{{call=--snaplen}}{{display=Bytes of each packet}}{{tooltip=Keep so much of each packet}}{{type=unsigned}}{{range=1,{Longest}}}{{default={Longest}}}{{group={Capture}}}",
        $"arg {{number=8}}{{call=--max-pods}}{{display=Pods at most}}{{tooltip=Capture so many pods at most}}{{type=unsigned}}{{range=1,1000}}{{default=50}}{{group={Capture}}}",
        $"arg {{number=9}}{{call=--kubeconfig}}{{display=Kubeconfig}}{{tooltip=Instead of the usual files}}{{type=fileselect}}{{mustexist=true}}{{group={Cluster}}}",
        $"arg {{number=10}}{{call=--image}}{{display=Image}}{{tooltip=The endoscope image, instead of this version's}}{{type=string}}{{group={Cluster}}}",
        $"arg {{number=11}}{{call=--terminate}}{{display=Remove the debug pods when the capture ends}}{{tooltip=Else they end by themselves}}{{type=boolflag}}{{group={Cluster}}}",
    ];

    /// <summary>The options of the interface whose pods are chosen.</summary>
    public static string OfAnyPod(ExtcapChoices choices)
    {
        var text = new StringBuilder();
        text.AppendJoin('\n', ForPods.Concat(ForAll)).Append('\n');
        text.Append(ExtcapSentences.Values(Context, choices.Contexts));
        text.Append(ExtcapSentences.Values(Namespace, choices.Namespaces));
        text.Append(ExtcapSentences.Values(Pod, choices.Pods));
        return text.ToString();
    }

    /// <summary>The options of the interface of one pod.</summary>
    public static string OfOnePod() => string.Concat(ForAll.Select(line => line + "\n"));
}

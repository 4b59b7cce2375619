using System.Globalization;
using Endoscope.Cli.Capture;
using Endoscope.Protocol;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Extcap;

/// <summary>What a capture is to do that was asked for in Wireshark. Pure.</summary>
internal static class ExtcapOrder
{
    private const int DefaultMaxPods = 50;
    private const long Buffer = 64 << 20;

    /// <summary>The global options as the launcher and the user's choice in Wireshark say together.</summary>
    public static GlobalRequest Apply(GlobalRequest launched, ExtcapArguments asked)
    {
        var pod = ExtcapSentences.PodOf(asked["--extcap-interface"]);
        return launched with
        {
            Namespace = pod?.Namespace ?? Chosen(asked["--namespace"]) ?? launched.Namespace,
            Pod = pod?.Pod ?? (Pods(asked) is { Count: > 0 } pods ? string.Join(',', pods) : null),
            Container = asked["--container"] ?? launched.Container,
            Terminate = launched.Terminate || asked.Has("--terminate"),
            DebugPod = launched.DebugPod with { Image = asked["--image"] ?? launched.DebugPod.Image },
            Connection = launched.Connection with
            {
                Context = Chosen(asked["--context"]) ?? launched.Connection.Context,
                Kubeconfig = asked["--kubeconfig"] ?? launched.Connection.Kubeconfig,
            },
        };
    }

    /// <summary>The whole of it.</summary>
    /// <exception cref="UsageException">No pod was chosen, or a number is none.</exception>
    public static CaptureOrder Plan(GlobalRequest global, ExtcapArguments asked)
    {
        var all = asked["--pod"] == ExtcapSentences.AllPods;
        if (global.Pod is null && !all && asked["--selector"] is null)
        {
            throw new UsageException("no pod was chosen", "the gear beside the interface opens its options");
        }

        return new CaptureOrder(
            global,
            new PodSelection(global.Targets, asked["--selector"], all, global.Container),
            new CaptureRequest
            {
                Filter = asked["--extcap-capture-filter"],
                Interfaces = Words(asked["--interfaces"]),
                SnapLength = Number(asked, "--snaplen", PacketEncoder.LongestPacket, PacketEncoder.LongestPacket),
                BufferBytes = Buffer,
                KubeletPort = 10250,
            },
            new CaptureSettings { CommandLine = CommandLineText.Format(CommandLine(global, asked, all)), MaxPods = Number(asked, "--max-pods", DefaultMaxPods, 1000) });
    }

    /// <summary>The command that would capture the same, for the file's header.</summary>
    private static IEnumerable<string> CommandLine(GlobalRequest global, ExtcapArguments asked, bool all) =>
    [
        .. Option("--context", global.Connection.Context),
        .. Option("-n", global.Namespace),
        .. Option("-p", global.Pod),
        "capture",
        .. Option("-f", asked["--extcap-capture-filter"]),
        .. Option("-l", asked["--selector"]),
        .. all ? ["-a"] : Array.Empty<string>(),
    ];

    private static string[] Option(string name, string? value) => value is null ? [] : [name, value];

    private static List<string> Pods(ExtcapArguments asked) =>
        [.. Words(Chosen(asked["--pod"])).Where(pod => pod != ExtcapSentences.AllPods), .. Words(asked["--also"])];

    private static string[] Words(string? text) => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? Chosen(string? value) => value == ExtcapSentences.NoPod ? null : value;

    private static int Number(ExtcapArguments asked, string option, int otherwise, int most) => asked[option] is not { } text
        ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw new UsageException($"{option}: '{text}' is not a whole number from 1 to {most}");
}

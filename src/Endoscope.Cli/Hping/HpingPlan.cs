using System.Net;

namespace Endoscope.Cli.Hping;

/// <summary>The command line of hping3 for one destination. Pure.</summary>
internal static class HpingPlan
{
    /// <summary>Packets sent where nothing else is said.</summary>
    public const int DefaultCount = 10;

    /// <summary>How long a flood lasts where nothing else is said.</summary>
    public static readonly TimeSpan DefaultFlood = TimeSpan.FromSeconds(10);

    private const string Flood = "--flood";

    /// <summary>Whether hping3 would send without a pause. It takes any beginning of an option's name that no other option has.</summary>
    public static bool IsFlood(IEnumerable<string> arguments) =>
        arguments.Any(argument => argument.Length >= "--fl".Length && Flood.StartsWith(argument, StringComparison.Ordinal));

    /// <summary>What is run.</summary>
    /// <param name="count">How many packets; 0: until interrupted; null: a default. A <c>-c</c> among the arguments comes later, and the last one counts.</param>
    /// <param name="arguments">What the user has for hping3.</param>
    public static IReadOnlyList<string> Argv(int? count, IReadOnlyList<string> arguments, IPAddress destination) =>
    [
        // In flood mode hping3 takes no notice of a count, so that only the time bounds it.
        .. IsFlood(arguments) && count is null
            ? (string[])["timeout", "--preserve-status", "--signal=INT", $"{DefaultFlood.TotalSeconds:0}"]
            : [],
        .. (string[])["stdbuf", "--output=L", "hping3"],
        .. count is 0 ? (string[])[] : ["-c", $"{count ?? DefaultCount}"],
        .. arguments,
        destination.ToString(),
    ];
}

using System.Globalization;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Output;

/// <summary>How ping's numbers and names are written for a person.</summary>
internal static class PingText
{
    /// <summary>Milliseconds with three significant digits, as far as fping measures: <c>0.432</c>, <c>4.32</c>, <c>43.2</c>, <c>432</c>.</summary>
    public static string Milliseconds(TimeSpan time) => time.TotalMilliseconds switch
    {
        < 1 => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture),
        < 10 => time.TotalMilliseconds.ToString("0.00", CultureInfo.InvariantCulture),
        < 100 => time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture),
        _ => time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
    };

    /// <summary>The same, or a dash where there is none.</summary>
    public static string MillisecondsOrDash(TimeSpan? time) => time is { } known ? Milliseconds(known) : "-";

    /// <summary>A part as percent, never rounded to none or all: <c>0%</c>, <c>0.04%</c>, <c>3.0%</c>, <c>99.9%</c>, <c>100%</c>.</summary>
    public static string Percent(double part) => (part * 100) switch
    {
        <= 0 => "0%",
        >= 100 => "100%",
        < 0.01 => "<0.01%",
        < 1 => (part * 100).ToString("0.##", CultureInfo.InvariantCulture) + "%",
        var percent => Math.Min(percent, 99.9).ToString("0.0", CultureInfo.InvariantCulture) + "%",
    };

    /// <summary>The destination's name as typed and read by people, escaped.</summary>
    public static string Name(PingDestination destination) =>
        TerminalText.Escape(destination.Target.Kind == PingTargetKind.Node ? "node/" + destination.Target.Name : destination.Target.Name);

    /// <summary>Why a destination is not, or only in part, reachable; null where there is nothing to say.</summary>
    public static string? Trouble(PingDestination destination)
    {
        var statistics = destination.Statistics;
        var error = destination.Errors.Count == 0 ? "" : Error(destination.Errors[^1]);
        return destination switch
        {
            { State: PingState.NoAddress, Reason: { } reason } => $"no address: {TerminalText.Escape(reason)}",
            { State: PingState.NoAddress } => "no address yet",
            { IsGone: true, Reason: { } reason } => $"gone: {TerminalText.Escape(reason)}",
            { IsGone: true } => "gone",
            { IsReachable: false } when statistics.Sent > 0 => "unreachable" + (error.Length > 0 ? ": " + error : ": no answer"),
            { IsReachable: false } when statistics.Unsent > 0 => "unreachable: no probe could be sent (no route from the source?)",
            { IsReachable: false } => "nothing heard",
            _ when statistics.Lost > 0 => $"lost {Count(statistics.Lost, "probe")}" + (error.Length > 0 ? ": " + error : ""),
            _ when statistics.Unsent > 0 => $"{Count(statistics.Unsent, "probe")} could not be sent (the source's kernel refused)",
            _ => null,
        };
    }

    /// <summary>An ICMP error in words.</summary>
    public static string Error(PingErrorCount error) => TerminalText.Escape($"{error.Kind} from {error.From}");

    /// <summary>A number and its noun, in the plural where it is not one.</summary>
    public static string Count(long number, string noun) =>
        number.ToString(CultureInfo.InvariantCulture) + " " + noun + (number == 1 ? "" : "s");
}

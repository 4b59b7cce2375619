using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Endoscope.Cli.Ping;

/// <summary>Reads the lines of fping 5.1, standard output and standard error alike.</summary>
internal static partial class FpingLine
{
    private const string ErrorSource = " from ";
    private const string ErrorTarget = " for ICMP Echo sent to ";
    private const decimal LongestMilliseconds = 1e9m;

    /// <summary>What the line says; null for a blank one.</summary>
    public static PingEvent? Parse(string line)
    {
        // Where another host answered, fping puts " [<- ADDRESS]" on standard error without a line end, before whatever comes next there.
        var text = ForeignAnswer().Replace(line, "").Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (text == FpingPlan.BatchMarker)
        {
            return new PingBatch();
        }

        PingEvent? known = ParseProbe(text) ?? ParseTotals(text);
        return known ?? (PingEvent?)ParseError(text) ?? new PingMessage(Explain(text), IsFailure(text));
    }

    private static PingEvent? ParseProbe(string text)
    {
        var match = Probe().Match(text);
        if (!match.Success || !IPAddress.TryParse(match.Groups["address"].Value, out var address)
            || !int.TryParse(match.Groups["sequence"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return null;
        }

        var at = Time(match.Groups["at"].ValueSpan);
        if (match.Groups["late"].Success)
        {
            return new PingTimeout(address, sequence, at);
        }

        if (!decimal.TryParse(match.Groups["time"].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            || milliseconds > LongestMilliseconds
            || !int.TryParse(match.Groups["bytes"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
        {
            return null;
        }

        // A clock set back while the probe was on its way makes the time negative.
        return new PingAnswer(address, sequence, TimeSpan.FromTicks((long)(Math.Max(0, milliseconds) * TimeSpan.TicksPerMillisecond)), at, bytes);
    }

    private static PingTotals? ParseTotals(string text)
    {
        var match = Totals().Match(text);
        return match.Success
            && IPAddress.TryParse(match.Groups["address"].Value, out var address)
            && int.TryParse(match.Groups["sent"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var sent)
            && int.TryParse(match.Groups["received"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var received)
            ? new PingTotals(address, sent, received)
            : null;
    }

    private static PingError? ParseError(string text)
    {
        var target = text.LastIndexOf(ErrorTarget, StringComparison.Ordinal);
        var source = target < 0 ? -1 : text.LastIndexOf(ErrorSource, target, StringComparison.Ordinal);
        if (source < 0 || !IPAddress.TryParse(text.AsSpan(target + ErrorTarget.Length), out var address))
        {
            return null;
        }

        var kind = text[..source];
        kind = kind.StartsWith("ICMP ", StringComparison.Ordinal) ? kind["ICMP ".Length..] : kind;
        var from = text[(source + ErrorSource.Length)..target];
        return new PingError(address, kind, from);
    }

    private static bool IsFailure(string text) =>
        text.Contains("fping: ", StringComparison.Ordinal) || text.Contains("fping error: ", StringComparison.Ordinal)
        || text.Contains("fatal: ", StringComparison.Ordinal) || text.Contains("Operation not permitted", StringComparison.Ordinal);

    private static string Explain(string text) =>
        text.Contains("can't create socket", StringComparison.Ordinal) || text.Contains("Operation not permitted", StringComparison.Ordinal)
            ? "fping may not send ICMP: the capability NET_RAW is missing where it runs"
            : text;

    private static DateTimeOffset? Time(ReadOnlySpan<char> seconds) =>
        decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var since)
        && since * TimeSpan.TicksPerSecond < (DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(since * TimeSpan.TicksPerSecond))
            : null;

    [GeneratedRegex(@"^(\[(?<at>[0-9.]+)\] )?(?<address>\S+)\s* : \[(?<sequence>[0-9]+)\], ((?<late>timed out)|(?<bytes>[0-9]+) bytes, (?<time>\S+) ms)")]
    private static partial Regex Probe();

    [GeneratedRegex(@"^(?<address>\S+)\s* : xmt/rcv/%(loss|return) = (?<sent>[0-9]+)/(?<received>[0-9]+)/")]
    private static partial Regex Totals();

    [GeneratedRegex(@"^( \[<- [0-9A-Fa-f:.%a-z]+\])+")]
    private static partial Regex ForeignAnswer();
}

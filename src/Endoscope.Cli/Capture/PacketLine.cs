using System.Globalization;
using Endoscope.Capture;
using Endoscope.Capture.Decoding;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>A packet as a line for people. Pure.</summary>
internal static class PacketLine
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The line, without its end; harmless for a terminal.</summary>
    /// <param name="time">In nanoseconds since 1970.</param>
    /// <param name="show">An address's name, or its digits.</param>
    public static string Format(
        long time, TimeZoneInfo zone, string captureInterface, PacketDirection direction, PacketSummary summary, Func<AddressKey, string> show) =>
        TerminalText.Escape($"{TimeOfDay(time, zone)} {captureInterface} {Word(direction) ?? "-"} {Parties(summary, show)} {summary.Protocol} {summary.Info}");

    /// <summary>The local time of day, with microseconds.</summary>
    public static string TimeOfDay(long time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.UnixEpoch.AddTicks(time / 100), zone).ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    /// <summary>The time as ISO 8601 has it, with nanoseconds.</summary>
    public static string Instant(long time)
    {
        var (seconds, nanoseconds) = Math.DivRem(time, NanosecondsPerSecond);
        var whole = nanoseconds < 0 ? seconds - 1 : seconds;
        return string.Create(
            CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeSeconds(whole):yyyy-MM-ddTHH:mm:ss}.{time - (whole * NanosecondsPerSecond):000000000}Z");
    }

    /// <summary>Who sent a packet, and whom it is for.</summary>
    public static string Parties(PacketSummary summary, Func<AddressKey, string> show) => $"{Party(summary.Source, show)} > {Party(summary.Destination, show)}";

    /// <summary><c>in</c>, <c>out</c>, or null where nobody knows.</summary>
    public static string? Word(PacketDirection direction) => direction switch
    {
        PacketDirection.In => "in",
        PacketDirection.Out => "out",
        _ => null,
    };

    private static string Party(PacketParty party, Func<AddressKey, string> show)
    {
        if (party.Address is not { } address)
        {
            return party.Hardware is { Length: > 0 } hardware ? hardware : "?";
        }

        var host = show(address);
        return party.Port is { } port
            ? string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}")
            : host;
    }
}

using System.Text.Json.Serialization;
using Endoscope.Capture.Conversations;

namespace Endoscope.Cli.Capture;

/// <summary>A line of <c>scope capture --between A B -o json</c>: what became of a packet.</summary>
/// <param name="Event"><c>arrived</c>, <c>lost</c>, <c>refused</c> or <c>unanswered</c>; an unanswered packet has arrived before.</param>
/// <param name="Time">When it was sent, with nanoseconds, in UTC.</param>
/// <param name="From">Which of the two sent it.</param>
/// <param name="SentBy">The interface and node that sent it.</param>
/// <param name="ReceivedBy">Those that received it.</param>
/// <param name="Again">Whether TCP had sent all of it before.</param>
/// <param name="Uncertain">Whether the capture dropped packets meanwhile, so that it may only not have been seen.</param>
/// <param name="RefusedBy">The address of who said on the way that it does not get through.</param>
/// <param name="Reason">What that said.</param>
internal sealed record VerdictDocument(
    string Event,
    string Time,
    string From,
    string To,
    PartyDocument Source,
    PartyDocument Destination,
    string Protocol,
    string Info,
    string SentBy,
    string? ReceivedBy,
    double? DelayMilliseconds,
    bool Again,
    bool Uncertain,
    string? RefusedBy,
    string? Reason)
{
    public static VerdictDocument Of(Verdict verdict, ConversationFacts facts, string sentBy, string? receivedBy)
    {
        var packet = verdict.Packet;
        return new VerdictDocument(
            verdict.Fate switch
            {
                Fate.Arrived => "arrived",
                Fate.Lost => "lost",
                Fate.Refused => "refused",
                _ => "unanswered",
            },
            PacketLine.Instant(packet.Time),
            facts.Sides[(int)packet.From],
            facts.Sides[(int)(1 - packet.From)],
            PartyDocument.From(packet.Summary.Source, facts.Names.Find),
            PartyDocument.From(packet.Summary.Destination, facts.Names.Find),
            packet.Summary.Protocol,
            packet.Summary.Info,
            sentBy,
            receivedBy,
            verdict.ArrivedAt is { } at ? (at - packet.Time) / 1e6 : null,
            packet.IsRetransmission,
            verdict.IsUncertain,
            verdict.Because?.Source.Address?.ToAddress().ToString(),
            verdict.Because?.Info);
    }
}

/// <summary>The last line: counts of both directions.</summary>
/// <param name="Event">Always <c>summary</c>.</param>
/// <param name="ClockErrorMilliseconds">How far the two clocks may be apart: so wrong can a delay be.</param>
/// <param name="Result"><c>arrived</c>: all did; <c>lost</c>: not all; <c>unknown</c>: the captures do not tell.</param>
internal sealed record ConversationSummaryDocument(string Event, IReadOnlyList<DirectionDocument> Directions, double ClockErrorMilliseconds, string Result)
{
    public static ConversationSummaryDocument From(
        ConversationFacts facts, IReadOnlyList<ConversationTally> tallies, IReadOnlyList<DelayStatistics> delays, int exitCode) => new(
        "summary",
        [.. tallies.Select((tally, i) => new DirectionDocument(facts.Sides[i], facts.Sides[1 - i], tally, DelayDocument.From(delays[i])))],
        facts.ClockError.TotalMilliseconds,
        exitCode switch
        {
            ExitCode.Done => "arrived",
            ExitCode.Negative => "lost",
            _ => "unknown",
        });
}

/// <summary>One direction.</summary>
internal sealed record DirectionDocument(string From, string To, ConversationTally Packets, DelayDocument? DelayMilliseconds);

/// <summary>How long packets took.</summary>
internal sealed record DelayDocument(double Min, double Median, double P95, double Max)
{
    public static DelayDocument? From(DelayStatistics delays) => delays is { Min: { } min, Median: { } median, P95: { } p95, Max: { } max }
        ? new DelayDocument(min.TotalMilliseconds, median.TotalMilliseconds, p95.TotalMilliseconds, max.TotalMilliseconds)
        : null;
}

/// <summary>How these lines become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VerdictDocument))]
[JsonSerializable(typeof(ConversationSummaryDocument))]
internal sealed partial class ConversationJson : JsonSerializerContext;

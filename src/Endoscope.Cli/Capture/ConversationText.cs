using System.Globalization;
using Endoscope.Capture.Conversations;
using Endoscope.Cli.Output;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>What became of packets, for people. Pure.</summary>
internal static class ConversationText
{
    /// <summary>A packet's line, without its end; harmless for a terminal.</summary>
    /// <param name="sentBy">The interface that sent it, with its node.</param>
    /// <param name="receivedBy">The one that received it, or null.</param>
    public static string Line(Verdict verdict, ConversationFacts facts, string sentBy, string? receivedBy)
    {
        var packet = verdict.Packet;
        var again = packet.IsRetransmission ? " (sent again)" : "";
        return TerminalText.Escape(
            $"{PacketLine.TimeOfDay(packet.Time, facts.Zone)} {PacketLine.Parties(packet.Summary, facts.Names.Show)} {packet.Summary.Protocol} {packet.Summary.Info}{again}: "
            + Fate(verdict, facts, sentBy, receivedBy));
    }

    /// <summary>The lines of the summary.</summary>
    public static string Summary(ConversationFacts facts, IReadOnlyList<ConversationTally> tallies, IReadOnlyList<DelayStatistics> delays)
    {
        var table = new Table(
            Column.Left("FROM"), Column.Left("TO"), Column.Right("SENT"), Column.Right("ARRIVED"), Column.Right("LOST"), Column.Right("REFUSED"), Column.Right("UNKNOWN"),
            Column.Right("ANSWERED"), Column.Right("UNANSWERED"), Column.Right("MIN ms"), Column.Right("MEDIAN"), Column.Right("P95"), Column.Right("MAX"));
        for (var i = 0; i < tallies.Count; i++)
        {
            var (tally, delay) = (tallies[i], delays[i]);
            table.Add(
                facts.Sides[i], facts.Sides[1 - i], Number(tally.Sent), Number(tally.Arrived), Number(tally.Lost), Number(tally.Refused), Number(tally.NotSeen + tally.Undecided),
                Number(tally.Answered), Number(tally.Unanswered), Milliseconds(delay.Min), Milliseconds(delay.Median), Milliseconds(delay.P95), Milliseconds(delay.Max));
        }

        var clocks = facts.ClockError == TimeSpan.Zero
            ? "times by one clock"
            : $"times by two clocks: give or take {Milliseconds(facts.ClockError)} ms, which the mean of both directions is free of";
        return table.Format(null) + string.Join('\n', [.. Remarks(facts, tallies), clocks]);
    }

    private static IEnumerable<string> Remarks(ConversationFacts facts, IReadOnlyList<ConversationTally> tallies)
    {
        for (var i = 0; i < tallies.Count; i++)
        {
            var (from, to) = (TerminalText.Escape(facts.Sides[i]), TerminalText.Escape(facts.Sides[1 - i]));
            if (tallies[i].NotSeen > 0)
            {
                yield return $"{Number(tallies[i].NotSeen)} packets of {from} were not seen to arrive while the capture at {to} dropped packets: they may have";
            }

            if (tallies[i].Undecided > 0)
            {
                yield return $"{Number(tallies[i].Undecided)} packets of {from} were still on their way when the capture ended, or more than can be remembered";
            }

            if (tallies[i].Unsent > 0)
            {
                yield return $"{Number(tallies[i].Unsent)} packets came to {to} that {from} was not seen to send: begun before the capture, sent twice, or changed on the way";
            }
        }
    }

    private static string Fate(Verdict verdict, ConversationFacts facts, string sentBy, string? receivedBy)
    {
        var to = facts.Sides[(int)(1 - verdict.Packet.From)];
        var window = Duration.Format(facts.Window);
        return verdict switch
        {
            { Fate: Endoscope.Capture.Conversations.Fate.Arrived } => $"arrived after {Milliseconds(TimeSpan.FromTicks((verdict.ArrivedAt!.Value - verdict.Packet.Time) / 100))} ms",
            { Fate: Endoscope.Capture.Conversations.Fate.Unanswered, IsUncertain: true } => $"no answer seen: the capture at {to} dropped packets meanwhile",
            { Fate: Endoscope.Capture.Conversations.Fate.Unanswered } => $"NOT ANSWERED: {receivedBy} received it, and sent no answer within {window}",
            { Because: { } because } => $"REFUSED on the way by {facts.Names.Show(because.Source.Address!.Value)}: {because.Info}",
            { IsUncertain: true } => $"not seen to arrive: the capture at {to} dropped packets meanwhile",
            _ => $"LOST: {sentBy} sent it, and {to} did not receive it within {window}",
        };
    }

    private static string Milliseconds(TimeSpan? time) => time is { } some ? some.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture) : "-";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}

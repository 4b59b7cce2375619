using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Conversations;

/// <summary>How a conversation is judged.</summary>
public sealed record ConversationSettings
{
    /// <summary>How long a packet may take to arrive, and an answer to be sent.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long it may take where the capture ends before.</summary>
    public TimeSpan LastWindow { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>By how much the ends' clocks may differ, so that packets seem to arrive before they are sent.</summary>
    public TimeSpan ClockError { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How many packets of each direction are remembered until their fate is known; as many again of those that are not between the ends as far
    /// as is known yet, since a Service may change addresses.
    /// </summary>
    public int MostPending { get; init; } = 50_000;

    internal long Tolerance => ClockError.Ticks * ConversationMatcher.NanosecondsPerTick;
}

/// <summary>
/// Tells of the packets between two ends, each of which is captured, what became of them. It knows only what the captures show: a packet is
/// the same at both ends by what addresses changed on the way leave as it is, see docs/capture.md. Pure but for its memory, which is bounded.
/// </summary>
/// <param name="show">Writes an address that a packet speaks of: its name, or its digits.</param>
/// <param name="tell">Told each verdict as soon as it is known.</param>
public sealed class ConversationMatcher(ConversationSettings settings, Func<AddressKey, string> show, Action<Verdict> tell)
{
    internal const long NanosecondsPerTick = 100;

    private readonly Membership membership = new();
    private readonly Remembered<Flow, bool> asked = new(settings.MostPending);
    private readonly long[] seenUntil = [long.MinValue, long.MinValue];
    private OneWay[]? ways;

    /// <summary>Counts of the packets that this side has sent.</summary>
    public ConversationTally TallyOf(Side from) => Way(from).Tally;

    /// <summary>An address of a side, or one that stands for it, such as a Service's.</summary>
    public void AddAddress(Side side, AddressKey address) => membership.Add(side, address);

    /// <summary>The capture of a side is known to run since this time, in nanoseconds since 1970. It is not asked for what was before.</summary>
    public void Begin(Side side, long time)
    {
        Way(side).SenderSince = Math.Max(Way(side).SenderSince, time);
        Way(1 - side).ReceiverSince = Math.Max(Way(1 - side).ReceiverSince, time);
    }

    /// <summary>A packet that the capture of a side shows; those of one side in the order of time.</summary>
    /// <param name="linkType">What it begins with: a LINKTYPE_ number.</param>
    public void Add(Side side, int linkType, in Packet packet)
    {
        if (!SeenPacket.TryRead(linkType, packet.Data.Span, packet.OriginalLength, out var seen))
        {
            return;
        }

        if (membership.IsOf(side, seen.Flow.Source))
        {
            AddSent(side, linkType, packet, seen);
        }
        else if (membership.IsOf(side, seen.Flow.Destination))
        {
            if (seen.Role == PacketRole.Datagram && asked.TryGet(seen.Flow, out _) is false && !asked.TryGet(seen.Flow.Answer, out _))
            {
                asked.Set(seen.Flow, true, membership.Includes(1 - side, seen.Flow));
            }

            if (seen.Refused is { } refused)
            {
                Way(side).NoteRefusal(refused, packet.Time, Summarize(linkType, packet));
            }

            Way(1 - side).AddArrived(new Arrival(seen, packet.Time, packet.Interface));
        }
    }

    /// <summary>The capture of a side dropped packets, as was noticed at this time.</summary>
    public void NoteDrops(Side side, long time) => Way(1 - side).DroppedAt = Math.Max(Way(1 - side).DroppedAt, time);

    /// <summary>All that the capture of a side has seen until this time, in nanoseconds since 1970, has been added.</summary>
    public void Advance(Side side, long time)
    {
        seenUntil[(int)side] = Math.Max(seenUntil[(int)side], time);
        Judge(settings.Window);
    }

    /// <summary>There will be no more.</summary>
    /// <param name="isWhole">Whether all that was captured has come.</param>
    public void Finish(bool isWhole)
    {
        if (isWhole)
        {
            Judge(settings.LastWindow);
        }

        Way(Side.First).Finish();
        Way(Side.Second).Finish();
    }

    private void AddSent(Side side, int linkType, in Packet packet, in SeenPacket seen)
    {
        Way(1 - side).NoteAnswer(seen, packet.Time);
        var isQuestion = seen.Role is PacketRole.Segment or PacketRole.EchoRequest;
        if (seen.Role == PacketRole.Datagram && !asked.TryGet(seen.Flow.Answer, out _))
        {
            // Who speaks first asks; what comes back is no question.
            asked.Set(seen.Flow, true, membership.Includes(side, seen.Flow));
            isQuestion = true;
        }

        Way(side).AddSent(new SentPacket
        {
            From = side,
            Interface = packet.Interface,
            Time = packet.Time,
            Summary = Summarize(linkType, packet),
            IsRetransmission = Way(side).IsRetransmission(seen),
            Seen = seen,
            Missing = seen.Role == PacketRole.Segment ? new SequenceSpan(seen.Sequence, seen.SequenceLength) : null,
            ExpectsAnswer = isQuestion,
        });
    }

    private void Judge(TimeSpan window)
    {
        foreach (var from in (Side[])[Side.First, Side.Second])
        {
            Way(from).Advance(seenUntil[(int)from], seenUntil[(int)(1 - from)], window.Ticks * NanosecondsPerTick);
        }
    }

    private PacketSummary Summarize(int linkType, in Packet packet) => PacketSummarizer.Summarize(linkType, packet.Data.Span, packet.OriginalLength, show);

    private OneWay Way(Side from) => (ways ??= [new(Side.First, settings, membership, tell), new(Side.Second, settings, membership, tell)])[(int)from];
}

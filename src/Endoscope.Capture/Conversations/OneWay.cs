using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Conversations;

/// <summary>Follows the packets of one direction: from being sent to being received, and to being answered.</summary>
internal sealed class OneWay
{
    private readonly ConversationSettings settings;
    private readonly Membership membership;
    private readonly Action<Verdict> tell;
    private readonly Side from;
    private readonly Datagrams datagrams;
    private readonly Streams streams;
    private readonly Remembered<Flow, long> answers;
    private readonly Remembered<Flow, (long Time, PacketSummary By)> refusals;
    private readonly Waiting<SentPacket> unjudged;
    private readonly Waiting<Arrival> early;
    private readonly Queue<SentPacket> unanswered = new();

    // Until when arrivals were forgotten before their time: whether what was sent before has arrived is not known.
    private long forgottenUntil = long.MinValue;

    public OneWay(Side from, ConversationSettings settings, Membership membership, Action<Verdict> tell)
    {
        (this.from, this.settings, this.membership, this.tell) = (from, settings, membership, tell);
        datagrams = new Datagrams(settings.Tolerance);
        streams = new Streams(settings, Arrive);
        (answers, refusals) = (new(settings.MostPending), new(settings.MostPending));
        (unjudged, early) = (new(settings.MostPending), new(settings.MostPending));
    }

    public ConversationTally Tally { get; } = new();

    /// <summary>When the capture at the receiver was last known to have dropped packets.</summary>
    public long DroppedAt { get; set; } = long.MinValue;

    /// <summary>Since when the sender's capture is known to run; what arrived before, nobody could see being sent.</summary>
    public long SenderSince { get; set; } = long.MinValue;

    /// <summary>Likewise the receiver's; what was sent before, nobody could see arrive.</summary>
    public long ReceiverSince { get; set; } = long.MinValue;

    public bool IsRetransmission(in SeenPacket seen) => seen.Role == PacketRole.Segment && streams.IsRetransmission(seen);

    public void AddSent(SentPacket packet)
    {
        var isOurs = Includes(packet.Seen);
        if (packet.Seen.IsReset)
        {
            streams.GiveUp(packet.Seen);
        }

        if (packet.Missing is not null)
        {
            streams.Add(packet, isOurs);
        }
        else if (datagrams.Claim(packet) is { } arrival)
        {
            arrival.IsOver = true;
            Arrive(packet, arrival);
        }

        if (!packet.IsJudged && unjudged.Add(packet, isOurs) is { } oldest)
        {
            LeaveUndecided(oldest);
        }
    }

    public void AddArrived(Arrival arrival)
    {
        var isOurs = Includes(arrival.Seen);
        if (arrival.Unclaimed is not null)
        {
            streams.Add(arrival, isOurs);
        }
        else if (datagrams.Claim(arrival) is { } packet)
        {
            arrival.IsOver = true;
            Arrive(packet, arrival);
        }

        if (!arrival.IsOver && early.Add(arrival, isOurs) is { IsOver: false } oldest)
        {
            forgottenUntil = Math.Max(forgottenUntil, oldest.Time);
            Forget(oldest);
        }
    }

    /// <summary>The receiver sent something, which may be an answer.</summary>
    public void NoteAnswer(in SeenPacket back, long time)
    {
        streams.Answer(back);
        if (back.Role is PacketRole.Datagram or PacketRole.EchoReply)
        {
            answers.Set(back.Flow.Answer, time, membership.Includes(from, back.Flow.Answer));
        }

        if (back.Refused is { } refused)
        {
            answers.Set(refused, time, membership.Includes(from, refused));
        }
    }

    /// <summary>The sender was told that packets of this flow do not get through.</summary>
    public void NoteRefusal(Flow flow, long time, PacketSummary by) => refusals.Set(flow, (time, by), membership.Includes(from, flow));

    /// <summary>Judges what is old enough.</summary>
    /// <param name="seenHere">Up to which time all that the sender's capture has seen is known, in nanoseconds since 1970.</param>
    /// <param name="seenThere">Likewise the receiver's.</param>
    /// <param name="patience">How old that is, in nanoseconds.</param>
    public void Advance(long seenHere, long seenThere, long patience)
    {
        while (unjudged.TryTake(packet => packet.IsJudged || packet.Time + patience <= seenThere, out var packet))
        {
            Judge(packet);
        }

        while (unanswered.TryPeek(out var packet) && packet.Arrival!.Time + patience <= seenThere)
        {
            JudgeAnswer(unanswered.Dequeue());
        }

        while (early.TryTake(arrival => arrival.IsOver || arrival.Time + patience <= seenHere, out var arrival))
        {
            Forget(arrival);
        }
    }

    /// <summary>Nothing more comes: what is not judged by now never will be.</summary>
    public void Finish()
    {
        while (unjudged.TryTake(_ => true, out var packet))
        {
            LeaveUndecided(packet);
        }

        while (unanswered.TryDequeue(out var packet))
        {
            _ = IsAnswered(packet) ? Tally.Answered++ : Tally.AnswerUnknown++;
        }
    }

    private void Arrive(SentPacket packet, Arrival arrival)
    {
        packet.IsJudged = true;
        packet.Arrival = arrival;
        if (!Includes(packet.Seen) || packet.Seen.Flow != arrival.Seen.Flow)
        {
            membership.Learn(packet.Seen.Flow);
            membership.Learn(arrival.Seen.Flow);
        }

        Tally.Sent++;
        Tally.Arrived++;
        tell(new Verdict(Fate.Arrived, packet, arrival.Time, arrival.Interface, false, null));
        if (packet.ExpectsAnswer)
        {
            unanswered.Enqueue(packet);
            if (unanswered.Count > settings.MostPending)
            {
                _ = IsAnswered(unanswered.Dequeue()) ? Tally.Answered++ : Tally.AnswerUnknown++;
            }
        }
    }

    private void Judge(SentPacket packet)
    {
        if (packet.IsJudged)
        {
            return;
        }

        if (packet.Time <= forgottenUntil)
        {
            LeaveUndecided(packet);
            return;
        }

        Drop(packet);
        if (!IsOurs(packet))
        {
            return;
        }

        Tally.Sent++;
        var refusal = refusals.TryGet(packet.Seen.Flow, out var found) && found.Time >= packet.Time ? found.By : null;
        var isUncertain = refusal is null && DroppedAt >= packet.Time;
        _ = refusal is not null ? Tally.Refused++ : isUncertain ? Tally.NotSeen++ : Tally.Lost++;
        tell(new Verdict(refusal is null ? Fate.Lost : Fate.Refused, packet, null, null, isUncertain, refusal));
    }

    private void JudgeAnswer(SentPacket packet)
    {
        var isAnswered = IsAnswered(packet);
        if (isAnswered || streams.IsGivenUp(packet.Seen) || IsForgotten(packet))
        {
            _ = isAnswered ? Tally.Answered++ : Tally.AnswerUnknown++;
            return;
        }

        var isUncertain = DroppedAt >= packet.Time;
        _ = isUncertain ? Tally.AnswerUnknown++ : Tally.Unanswered++;
        tell(new Verdict(Fate.Unanswered, packet, packet.Arrival!.Time, packet.Arrival.Interface, isUncertain, null));
    }

    private bool IsAnswered(SentPacket packet) =>
        (packet.Missing is not null && streams.IsAnswered(packet.Arrival!.Seen with { Sequence = packet.Seen.Sequence, SequenceLength = packet.Seen.SequenceLength }))
        || (answers.TryGet(packet.Arrival!.Seen.Flow, out var time) && time >= packet.Arrival.Time);

    private bool IsForgotten(SentPacket packet) => packet.Missing is not null && !streams.Knows(packet.Arrival!.Seen);

    private void LeaveUndecided(SentPacket packet)
    {
        if (!packet.IsJudged)
        {
            Drop(packet);
            (Tally.Sent, Tally.Undecided) = IsOurs(packet) ? (Tally.Sent + 1, Tally.Undecided + 1) : (Tally.Sent, Tally.Undecided);
        }
    }

    private bool IsOurs(SentPacket packet) => packet.Time >= ReceiverSince && Includes(packet.Seen);

    private bool Includes(in SeenPacket seen) => membership.Includes(from, seen.Flow);

    private void Drop(SentPacket packet)
    {
        packet.IsJudged = true;
        datagrams.Forget(packet);
    }

    private void Forget(Arrival arrival)
    {
        if (!arrival.IsOver)
        {
            arrival.IsOver = true;
            datagrams.Forget(arrival);

            // Errors come from anywhere on the way.
            Tally.Unsent += arrival.Seen.Refused is null && arrival.Time >= SenderSince && Includes(arrival.Seen) ? 1 : 0;
        }
    }
}

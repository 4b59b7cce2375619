namespace Endoscope.Capture.Conversations;

/// <summary>
/// Finds the numbers of TCP segments that arrived among those that were sent. Segments are cut and joined on the way (GSO, GRO), so that what
/// is one packet here may be several there: only the numbers count.
/// </summary>
/// <param name="arrived">Told when the last of a segment has arrived.</param>
internal sealed class Streams(ConversationSettings settings, Action<SentPacket, Arrival> arrived)
{
    // A stream goes by two flows where addresses are changed on the way.
    private readonly Remembered<Flow, TcpStream> byFlow = new(2 * settings.MostPending);
    private readonly Remembered<ulong, TcpStream> bySegment = new(settings.MostPending);

    /// <summary>Whether all of a segment was sent before.</summary>
    public bool IsRetransmission(in SeenPacket seen) =>
        byFlow.TryGet(seen.Flow, out var stream) && stream.SentEnd is { } end && unchecked((int)(End(seen) - end)) <= 0;

    /// <summary>A segment was sent.</summary>
    public void Add(SentPacket packet, bool isOurs)
    {
        var stream = Find(packet.Seen, isOurs);
        if (stream.SentEnd is not { } end || unchecked((int)(End(packet.Seen) - end)) > 0)
        {
            stream.SentEnd = End(packet.Seen);
        }

        stream.Sent.Add(packet);
        foreach (var early in stream.Early.Where(early => !early.IsOver).ToList())
        {
            Claim(stream, early);
        }

        stream.Tidy();
    }

    /// <summary>A segment arrived.</summary>
    public void Add(Arrival arrival, bool isOurs)
    {
        var stream = Find(arrival.Seen, isOurs);
        Claim(stream, arrival);
        if (!arrival.IsOver)
        {
            stream.Early.Add(arrival);
        }

        stream.Tidy();
    }

    /// <summary>The receiver of these segments sent something back: what that acknowledges, or that there is no connection.</summary>
    public void Answer(in SeenPacket back)
    {
        if (!byFlow.TryGet(back.Flow.Answer, out var stream))
        {
            return;
        }

        stream.IsReset |= back.IsReset;
        if (back.Acknowledged is { } acknowledged && (stream.Acknowledged is not { } before || unchecked((int)(acknowledged - before)) > 0))
        {
            stream.Acknowledged = acknowledged;
        }
    }

    /// <summary>Whoever sends these segments has ended the connection at once, and waits for no answer.</summary>
    public void GiveUp(in SeenPacket reset)
    {
        if (byFlow.TryGet(reset.Flow, out var stream))
        {
            stream.IsGivenUp = true;
        }
    }

    /// <summary>Whether nobody waits for an answer to a segment any more.</summary>
    public bool IsGivenUp(in SeenPacket seen) => byFlow.TryGet(seen.Flow, out var stream) && stream.IsGivenUp;

    /// <summary>Whether anything of a segment's flow is remembered.</summary>
    public bool Knows(in SeenPacket seen) => byFlow.TryGet(seen.Flow, out _);

    /// <summary>Whether its receiver has answered a segment.</summary>
    public bool IsAnswered(in SeenPacket seen) => byFlow.TryGet(seen.Flow, out var stream)
        && (stream.IsReset || (stream.Acknowledged is { } acknowledged && unchecked((int)(acknowledged - End(seen))) >= 0));

    private static uint End(in SeenPacket seen) => unchecked(seen.Sequence + (uint)seen.SequenceLength);

    // Where a Service changes addresses, the same numbers tell that two flows are one.
    private TcpStream Find(in SeenPacket seen, bool isOurs)
    {
        var stream = byFlow.TryGet(seen.Flow, out var known) ? known : null;
        if (seen.IsDistinct && bySegment.TryGet(seen.Fingerprint, out var same) && same != stream)
        {
            stream = stream is null ? same : Merge(stream, same, isOurs);
        }

        stream ??= new TcpStream();
        if (isOurs || stream != known)
        {
            byFlow.Set(seen.Flow, stream, isOurs);
        }

        if (seen.IsDistinct)
        {
            bySegment.Set(seen.Fingerprint, stream, isOurs);
        }

        return stream;
    }

    // Only one of the two was sent here; what arrived of the other belongs to it.
    private TcpStream Merge(TcpStream one, TcpStream other, bool isOurs)
    {
        if (one.SentEnd is not null && other.SentEnd is not null)
        {
            return one;
        }

        var (sent, received) = one.SentEnd is null ? (other, one) : (one, other);
        sent.Acknowledged ??= received.Acknowledged;
        sent.IsReset |= received.IsReset;
        foreach (var early in received.Early.Where(early => !early.IsOver).ToList())
        {
            byFlow.Set(early.Seen.Flow, sent, isOurs);
            sent.Early.Add(early);
            Claim(sent, early);
        }

        received.Early.Clear();
        return sent;
    }

    // Of several that were sent, the latest: a segment is sent again since the one before did not arrive.
    private void Claim(TcpStream stream, Arrival arrival)
    {
        for (var i = stream.Sent.Count - 1; i >= 0 && !arrival.Unclaimed!.IsEmpty; i--)
        {
            var packet = stream.Sent[i];
            if (!packet.IsJudged && packet.Time - settings.Tolerance <= arrival.Time && packet.Missing!.TakeCommon(arrival.Unclaimed) && packet.Missing.IsEmpty)
            {
                packet.IsJudged = true;
                arrived(packet, arrival);
            }
        }

        arrival.IsOver = arrival.Unclaimed!.IsEmpty;
    }

    /// <summary>One direction of a connection.</summary>
    private sealed class TcpStream
    {
        private const int WorthTidying = 64;
        private int tidyAt = WorthTidying;

        public List<SentPacket> Sent { get; } = [];

        public List<Arrival> Early { get; } = [];

        public uint? SentEnd { get; set; }

        public uint? Acknowledged { get; set; }

        public bool IsReset { get; set; }

        public bool IsGivenUp { get; set; }

        /// <summary>Forgets what is over, now and then.</summary>
        public void Tidy()
        {
            if (Sent.Count + Early.Count >= tidyAt)
            {
                Sent.RemoveAll(packet => packet.IsJudged);
                Early.RemoveAll(arrival => arrival.IsOver);
                tidyAt = Math.Max(WorthTidying, 2 * (Sent.Count + Early.Count));
            }
        }
    }
}

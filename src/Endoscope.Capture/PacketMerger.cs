namespace Endoscope.Capture;

/// <summary>
/// Puts packets that come from several places into the order of their times. Each is held back for a while, in which an earlier one may
/// still come from elsewhere; the time and the memory for that are bounded.
/// </summary>
/// <param name="window">How long a packet is held back after it has come.</param>
/// <param name="mostBytes">How many bytes of packets are held back at most.</param>
public sealed class PacketMerger(TimeSpan window, long mostBytes)
{
    private readonly PriorityQueue<Packet, (long Time, long Arrival)> held = new();
    private readonly Queue<(TimeSpan Arrival, long Latest)> arrivals = new();
    private long arrived;
    private long latest = long.MinValue;
    private long release = long.MinValue;
    private long taken = long.MinValue;

    /// <summary>Bytes that are held back.</summary>
    public long Bytes { get; private set; }

    /// <summary>Packets that came too late to be put in their place.</summary>
    public long Late { get; private set; }

    /// <summary>Adds packets that have come together, by a clock of which only differences matter.</summary>
    public void Add(IEnumerable<Packet> packets, TimeSpan now)
    {
        foreach (var packet in packets)
        {
            held.Enqueue(packet, (packet.Time, arrived++));
            latest = Math.Max(latest, packet.Time);
            Bytes += packet.Data.Length;
        }

        arrivals.Enqueue((now, latest));
    }

    /// <summary>The next packet in order, if it is due by now.</summary>
    public bool TryTake(TimeSpan now, out Packet packet)
    {
        while (arrivals.TryPeek(out var first) && now - first.Arrival >= window)
        {
            arrivals.Dequeue();
            release = first.Latest;
        }

        if (held.TryPeek(out packet, out _) && (packet.Time <= release || Bytes > mostBytes))
        {
            Take();
            return true;
        }

        packet = default;
        return false;
    }

    /// <summary>The next packet in order, due or not.</summary>
    public bool TryTake(out Packet packet)
    {
        if (held.TryPeek(out packet, out _))
        {
            Take();
            return true;
        }

        return false;
    }

    private void Take()
    {
        var packet = held.Dequeue();
        Bytes -= packet.Data.Length;
        Late += packet.Time < taken ? 1 : 0;
        taken = Math.Max(taken, packet.Time);
    }
}

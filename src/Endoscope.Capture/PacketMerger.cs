namespace Endoscope.Capture;

/// <summary>
/// Puts packets that come from several interfaces into the order of their times. Each is held back for a while, in which an earlier one may
/// still come from elsewhere; the time and the memory for that are bounded.
/// </summary>
/// <param name="window">How long a packet is held back after it has come.</param>
/// <param name="mostBytes">How many bytes of packets are held back at most.</param>
/// <remarks>
/// The packets of one interface come in order, but for one whose clock was set back. So those of an interface are a queue, and only the
/// first of each are compared; what is out of order among its own goes into a heap.
/// </remarks>
public sealed class PacketMerger(TimeSpan window, long mostBytes)
{
    private readonly Dictionary<int, Lane> lanes = [];
    private readonly PriorityQueue<Lane, (long Time, long Arrival)> first = new();
    private readonly PriorityQueue<Packet, (long Time, long Arrival)> strays = new();
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
            Add(packet);
            latest = Math.Max(latest, packet.Time);
            Bytes += packet.Data.Length;
        }

        arrivals.Enqueue((now, latest));
    }

    /// <summary>The next packet in order, if it is due by now.</summary>
    public bool TryTake(TimeSpan now, out Packet packet)
    {
        while (arrivals.TryPeek(out var earliest) && now - earliest.Arrival >= window)
        {
            arrivals.Dequeue();
            release = earliest.Latest;
        }

        packet = default;
        return NextTime() is { } next && (next <= release || Bytes > mostBytes) && TryTake(out packet);
    }

    /// <summary>The next packet in order, due or not.</summary>
    public bool TryTake(out Packet packet)
    {
        var isThere = TryTakeFirst(out packet);
        if (isThere)
        {
            Bytes -= packet.Data.Length;
            Late += packet.Time < taken ? 1 : 0;
            taken = Math.Max(taken, packet.Time);
        }

        return isThere;
    }

    private void Add(in Packet packet)
    {
        if (!lanes.TryGetValue(packet.Interface, out var lane))
        {
            lanes.Add(packet.Interface, lane = new Lane());
        }

        var order = (packet.Time, arrived++);
        if (packet.Time < lane.Latest)
        {
            strays.Enqueue(packet, order);
            return;
        }

        lane.Latest = packet.Time;
        lane.Packets.Enqueue((packet, order.Item2));
        if (lane.Packets.Count == 1)
        {
            first.Enqueue(lane, order);
        }
    }

    private long? NextTime()
    {
        var isInLane = first.TryPeek(out _, out var inLane);
        var isStray = strays.TryPeek(out _, out var stray);
        return isInLane || isStray ? Math.Min(isInLane ? inLane.Time : long.MaxValue, isStray ? stray.Time : long.MaxValue) : null;
    }

    private bool TryTakeFirst(out Packet packet)
    {
        if (strays.TryPeek(out packet, out var stray) && (!first.TryPeek(out _, out var inLane) || stray.CompareTo(inLane) < 0))
        {
            strays.Dequeue();
            return true;
        }

        if (!first.TryPeek(out var lane, out _))
        {
            return false;
        }

        (packet, _) = lane.Packets.Dequeue();
        if (lane.Packets.TryPeek(out var next))
        {
            first.DequeueEnqueue(lane, (next.Packet.Time, next.Arrival));
        }
        else
        {
            first.Dequeue();
        }

        return true;
    }

    /// <summary>The packets of one interface, in order.</summary>
    private sealed class Lane
    {
        public Queue<(Packet Packet, long Arrival)> Packets { get; } = new();

        public long Latest { get; set; } = long.MinValue;
    }
}

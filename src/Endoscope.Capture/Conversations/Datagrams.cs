namespace Endoscope.Capture.Conversations;

/// <summary>Finds a packet that arrived among those that were sent, and the other way round, one for one, by what stays the same on the way.</summary>
/// <param name="tolerance">How much earlier than sent a packet may seem to have arrived, in nanoseconds: clocks differ.</param>
internal sealed class Datagrams(long tolerance)
{
    private readonly Dictionary<ulong, List<SentPacket>> sent = [];
    private readonly Dictionary<ulong, List<Arrival>> arrived = [];

    /// <summary>Which arrival it is that was seen before, or null; then it is kept.</summary>
    public Arrival? Claim(SentPacket packet)
    {
        var candidates = arrived.GetValueOrDefault(packet.Seen.Fingerprint);
        var found = candidates?.Find(one => Fits(packet, one, sameFlow: true)) ?? candidates?.Find(one => Fits(packet, one, sameFlow: false));
        if (found is null)
        {
            Add(sent, packet.Seen.Fingerprint, packet);
            return null;
        }

        Remove(arrived, found.Seen.Fingerprint, found);
        return found;
    }

    /// <summary>Which packet it is that was sent before, or null; then it is kept.</summary>
    public SentPacket? Claim(Arrival arrival)
    {
        var candidates = sent.GetValueOrDefault(arrival.Seen.Fingerprint);
        var found = candidates?.Find(one => Fits(one, arrival, sameFlow: true)) ?? candidates?.Find(one => Fits(one, arrival, sameFlow: false));
        if (found is null)
        {
            Add(arrived, arrival.Seen.Fingerprint, arrival);
            return null;
        }

        Remove(sent, found.Seen.Fingerprint, found);
        return found;
    }

    public void Forget(SentPacket packet) => Remove(sent, packet.Seen.Fingerprint, packet);

    public void Forget(Arrival arrival) => Remove(arrived, arrival.Seen.Fingerprint, arrival);

    private bool Fits(SentPacket packet, Arrival arrival, bool sameFlow)
    {
        var (here, there) = (packet.Seen.Flow, arrival.Seen.Flow);
        return arrival.Time >= packet.Time - tolerance && (sameFlow ? here == there : packet.Seen.IsDistinct || here.Source == there.Source);
    }

    private static void Add<T>(Dictionary<ulong, List<T>> all, ulong fingerprint, T one)
    {
        if (!all.TryGetValue(fingerprint, out var list))
        {
            all[fingerprint] = list = [];
        }

        list.Add(one);
    }

    private static void Remove<T>(Dictionary<ulong, List<T>> all, ulong fingerprint, T one)
    {
        if (all.TryGetValue(fingerprint, out var list) && list.Remove(one) && list.Count == 0)
        {
            all.Remove(fingerprint);
        }
    }
}

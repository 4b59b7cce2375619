using System.Globalization;
using Endoscope.Capture;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Takes what a capture says: puts its packets in order, writes down its interfaces and their counters, and tells of what is lost.</summary>
internal sealed class CaptureIntake(ClusterCapture capture, CaptureWriter writer, CaptureBoard board, TimeProvider time, Action<string> tell)
{
    private const long MostHeldBack = 48 << 20;

    // What comes from several interfaces may be this much out of order; what comes from one is not.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan StatisticsInterval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, (InterfaceCounters Counters, TimeSpan At)> told = [];
    private readonly long startedAt = time.GetTimestamp();
    private PacketMerger merger = new(TimeSpan.Zero, MostHeldBack);
    private long lastTime;

    /// <summary>Told once a second, and at the end.</summary>
    public Action? OnProgress { get; init; }

    /// <summary>Shown each interface and its counters, or null.</summary>
    public IPacketView? View { get; init; }

    /// <summary>Whether the capture was told to stop: what its interfaces have counted is then written once, by <see cref="Finish"/>.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Whether nothing is left that could bring more.</summary>
    public bool IsOver { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    /// <summary>The next packet in the order of time that nothing earlier is waited for.</summary>
    public bool TryTakeDue(out Packet packet) => merger.TryTake(Now, out packet);

    /// <summary>The next packet in the order of time.</summary>
    public bool TryTake(out Packet packet) => merger.TryTake(out packet);

    /// <summary>Writes what the interfaces have counted, and counts what was late.</summary>
    public void Finish()
    {
        foreach (var (number, (counters, _)) in told)
        {
            AddStatistics(number, counters, lastTime);
        }

        board.Late = merger.Late;
    }

    /// <summary>Takes what a capture says.</summary>
    public void Take(CaptureNews news)
    {
        switch (news)
        {
            case InterfaceAppeared one:
                Add(one);
                break;
            case PacketsCame packets:
                merger.Add(packets.Packets.Select(packet => Count(packet, packets)), Now);
                break;
            case CountersCame counters:
                Take(counters);
                break;
            case PodLost lost:
                TakeLoss(lost);
                break;
            case NodeLost lost:
                var reason = lost.Reason is ConnectionLostException ? $"connection lost: {lost.Reason.Message}" : lost.Reason.Message;
                board.Truncations.Add(lost.Node.Length > 0 ? $"node {lost.Node}: {reason}" : reason);
                tell($"error: {board.Truncations[^1]}");
                if (capture.Clocks.Count == 0)
                {
                    // Nothing is left that could bring more.
                    IsOver = true;
                }

                break;
        }
    }

    private void Add(InterfaceAppeared one)
    {
        var name = $"{one.Pod.Name}:{one.About.Name}";
        board.Interfaces.Add(new InterfaceTally(name, one.Pod.Target.Node, one.About.LinkType));
        if (board.Interfaces.Count == 2)
        {
            var held = merger;
            merger = new PacketMerger(Window, MostHeldBack);
            List<Packet> rest = [];
            while (held.TryTake(out var packet))
            {
                rest.Add(packet);
            }

            merger.Add(rest, Now);
        }

        var labels = string.Join(", ", one.Pod.Labels);
        writer.Add(new CaptureInterface
        {
            Name = name,
            LinkType = one.About.LinkType,
            SnapLength = PacketEncoder.LongestPacket,
            Description = $"node {one.Pod.Target.Node}, container {one.Pod.Target.Container}{(labels.Length > 0 ? $", labels {labels}" : "")}",
            Filter = one.About.Filter,
            Addresses = [.. one.About.Addresses.Select(IPNetworkAddress.Parse).OfType<IPNetworkAddress>()],
            HardwareAddress = InterfaceFacts.HardwareAddress(one.About),
            Comment = string.Create(
                CultureInfo.InvariantCulture,
                $"the clock of node {one.Pod.Target.Node} was {one.Offset.Offset.TotalMilliseconds:+0.000;-0.000} ms ahead of ours, give or take {one.Offset.Uncertainty.TotalMilliseconds:0.000} ms"),
        });
        View?.Appear(one);
        tell($"capturing {name} on node {one.Pod.Target.Node}{(one.About.IsOfNode ? ", the node's own network, without the traffic of the kubelet's port" : "")}");
    }

    private Packet Count(CapturedPacket packet, PacketsCame from)
    {
        var number = from.Interfaces[packet.Interface];
        var tally = board.Interfaces[number];
        tally.Packets++;
        tally.Bytes += packet.Data.Length;
        return new Packet(number, packet.Time - from.Correction, packet.OriginalLength, packet.Data);
    }

    private void Take(CountersCame counters)
    {
        board.Count(counters);
        View?.Count(counters);
        lastTime = Math.Max(lastTime, counters.Time);
        foreach (var one in counters.Interfaces)
        {
            var isNew = !told.TryGetValue(one.Interface, out var last) || last.Counters != one || Now - last.At > StatisticsInterval;
            if (isNew && !IsStopping)
            {
                AddStatistics(one.Interface, one, counters.Time);
            }

            told[one.Interface] = (one, isNew ? Now : last.At);
        }

        board.Lag = TimeSpan.FromTicks(((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks) - (counters.Time / 100));
        OnProgress?.Invoke();
    }

    private void TakeLoss(PodLost lost)
    {
        if (lost.Interface is { } number)
        {
            board.Interfaces[number].Lost = lost.Reason;
        }

        tell($"{(lost.Interface is { } gone ? board.Interfaces[gone].Name : lost.Pod.Name)} is captured no longer: {lost.Reason}");
    }

    private void AddStatistics(int number, InterfaceCounters one, long at) =>
        writer.Add(number, at, new InterfaceStatistics(one.Received, one.Dropped, one.Sent));
}

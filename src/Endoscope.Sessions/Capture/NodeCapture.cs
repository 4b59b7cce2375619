using System.Buffers.Binary;
using Endoscope.Kubernetes;
using Endoscope.Protocol;

namespace Endoscope.Sessions.Capture;

/// <summary>The capture of all pods on one node: one session.</summary>
internal sealed class NodeCapture : IAsyncDisposable
{
    private const int Interrupt = 2;
    private const int Probes = 3;

    private readonly TargetAccess beside;
    private readonly AgentSession session;
    private readonly TimeProvider time;
    private readonly Func<int> nextInterface;
    private readonly List<PodToCapture> pods = [];
    private readonly List<int> interfaces = [];
    private readonly PacketDecoder decoder = new();
    private readonly Queue<Frame> early = new();
    private readonly Lock gate = new();

    private NodeCapture(TargetAccess beside, AgentSession session, PodToCapture first, TimeProvider time, Func<int> nextInterface)
    {
        (this.beside, this.session, this.time, this.nextInterface) = (beside, session, time, nextInterface);
        pods.Add(first);
    }

    /// <summary>The node's name.</summary>
    public string Node => beside.Target.Node;

    /// <summary>How far its clock is ahead of ours.</summary>
    public ClockEstimate Clock { get; private set; }

    /// <summary>What is to be taken off its times, in nanoseconds.</summary>
    public long Correction { get; set; }

    /// <summary>Starts to capture the first pod.</summary>
    /// <param name="nextInterface">Gives the next number of an interface in the whole capture.</param>
    /// <exception cref="AgentException">The filter is wrong, or the pod cannot be captured.</exception>
    public static async Task<NodeCapture> StartAsync(
        TargetAccess beside, PodToCapture first, CaptureRequest request, TimeProvider time, Func<int> nextInterface, CancellationToken cancellationToken)
    {
        var session = await beside.StartAsync(request with { HostNetwork = first.Target.HasHostNetwork }, "capture", cancellationToken);
        var capture = new NodeCapture(beside, session, first, time, nextInterface);
        try
        {
            await capture.MeasureClockAsync(cancellationToken);
            return capture;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes up one more pod; whether that works shows in the news.</summary>
    /// <exception cref="ConnectionLostException">The session has ended meanwhile.</exception>
    public async ValueTask JoinAsync(PodToCapture pod, CancellationToken cancellationToken)
    {
        int key;
        lock (gate)
        {
            key = pods.Count;
            pods.Add(pod);
        }

        var target = new CaptureTarget
        {
            Key = key,
            ContainerId = pod.Target.ContainerId,
            PodUid = pod.Target.ContainerId is null ? pod.Target.Uid : null,
        };
        try
        {
            await session.JoinCaptureAsync(target, cancellationToken);
        }
        catch (ObjectDisposedException e)
        {
            throw new ConnectionLostException($"the capture on node {Node} has ended", e);
        }
    }

    /// <summary>Asks the agent to send what it has, and to end.</summary>
    public ValueTask StopAsync(CancellationToken cancellationToken) => session.SignalAsync(Interrupt, cancellationToken);

    /// <summary>The next news, or null when the agent has said that there is no more.</summary>
    /// <exception cref="ConnectionLostException">The stream was cut.</exception>
    public async ValueTask<CaptureNews?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!early.TryDequeue(out var frame))
            {
                if (await session.ReadAsync(cancellationToken) is not { } next)
                {
                    return null;
                }

                frame = next;
            }

            try
            {
                if (Read(frame) is { } news)
                {
                    return news;
                }
            }
            catch (Exception e) when (e is InvalidDataException)
            {
                throw new ConnectionLostException($"the agent's stream is broken: {e.Message}", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await beside.DisposeAsync();
    }

    private CaptureNews? Read(Frame frame)
    {
        switch (frame.Type)
        {
            case FrameType.CaptureInterface:
                var about = AgentSession.ReadRecord(frame, ProtocolJson.Default.CaptureInterfaceEvent);
                if (about.Interface != interfaces.Count)
                {
                    throw new InvalidDataException($"interface {about.Interface} comes as the {interfaces.Count + 1}th");
                }

                interfaces.Add(nextInterface());
                return new InterfaceAppeared(interfaces[^1], Pod(about.Target), about, Clock);
            case FrameType.CapturePackets:
                var packets = decoder.Decode(frame.Payload);
                foreach (var packet in packets)
                {
                    _ = Known(packet.Interface);
                }

                return new PacketsCame(packets, interfaces, Correction);
            case FrameType.CaptureStatistics:
                var counters = AgentSession.ReadRecord(frame, ProtocolJson.Default.CaptureStatisticsEvent);
                return new CountersCame(counters.Time - Correction, [.. counters.Interfaces.Select(one => one with { Interface = Known(one.Interface) })]);
            case FrameType.CaptureLoss:
                var loss = AgentSession.ReadRecord(frame, ProtocolJson.Default.CaptureLossEvent);
                return new PodLost(Pod(loss.Target), loss.Interface is { } number ? Known(number) : null, loss.Error.Message);
            default:
                return null;
        }
    }

    private int Known(int number) => number >= 0 && number < interfaces.Count
        ? interfaces[number]
        : throw new InvalidDataException($"interface {number} was never announced");

    private PodToCapture Pod(int key)
    {
        lock (gate)
        {
            return key >= 0 && key < pods.Count ? pods[key] : throw new InvalidDataException($"no pod has the key {key}");
        }
    }

    private async Task MeasureClockAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Probes; i++)
        {
            var asked = Now();
            await session.ProbeClockAsync(Mark(asked), cancellationToken);
            var told = await ClockAsync(cancellationToken);
            var estimate = ClockEstimate.From(asked, Now(), told);
            Clock = i == 0 ? estimate : Clock.Best(estimate);
        }
    }

    private async Task<long> ClockAsync(CancellationToken cancellationToken)
    {
        while (await session.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.Clock && frame.Payload.Length == 2 * sizeof(long))
            {
                return BinaryPrimitives.ReadInt64BigEndian(frame.Payload.Span[sizeof(long)..]);
            }

            early.Enqueue(frame);
        }

        throw new ConnectionLostException("the agent ended a capture that nobody had stopped");
    }

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static byte[] Mark(long asked)
    {
        var mark = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(mark, asked);
        return mark;
    }
}

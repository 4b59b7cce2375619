using System.Buffers.Binary;
using System.Text.Json;
using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Capture;

/// <summary>
/// A capture on this node, for one client. Packets are read only while the client takes them; meanwhile they wait in the kernel's
/// buffers, which count what they drop.
/// </summary>
internal sealed class CaptureRun(CaptureRequest request, ClientLink client) : IDisposable
{
    private const int SmallestBuffer = 2 << 20;
    private const int LargestBuffer = 64 << 20;
    private const int NanosecondsPerSecond = 1_000_000_000;
    private static readonly TimeSpan StatisticsInterval = TimeSpan.FromSeconds(1);

    // Longer than the kernel keeps a block that is not full.
    private static readonly TimeSpan DrainTime = TimeSpan.FromMilliseconds(50);

    private readonly List<CapturedInterface> interfaces = [];
    private readonly PacketEncoder encoder = new();
    private TimeSpan statisticsAt = MonotonicTime.Now + StatisticsInterval;
    private TimeSpan? drainedAt;
    private long stopTime = long.MaxValue;
    private int firstToRead;
    private bool hasMore;

    /// <summary>Payload bytes of all packet frames.</summary>
    public long PacketBytes { get; private set; }

    /// <summary>Whether the last packet and the last counters are on their way.</summary>
    public bool IsOver { get; private set; }

    /// <summary>When <see cref="Advance"/> or <see cref="PassPackets"/> has something to do.</summary>
    public TimeSpan Deadline => !client.IsFree ? TimeSpan.MaxValue : hasMore ? TimeSpan.Zero : drainedAt ?? statisticsAt;

    /// <summary>What to wait for.</summary>
    public IEnumerable<PollEntry> Entries => client.IsFree
        ? interfaces.Where(one => one.Source is not null).Select(one => new PollEntry { Descriptor = one.Source!.ReadyDescriptor, Events = PollEvents.In })
        : [];

    /// <summary>Captures one more pod.</summary>
    /// <exception cref="AgentException">It cannot be captured.</exception>
    public void Join(int key, ContainerProcesses target)
    {
        var expected = interfaces.Count(one => one.Source is not null) + Math.Max(request.Interfaces.Count, 1);
        var buffer = (int)Math.Clamp(request.BufferBytes / expected, SmallestBuffer, LargestBuffer);
        foreach (var (about, source) in new PodCapture(request, key, buffer).Open(target))
        {
            interfaces.Add(new CapturedInterface(key, source));
            client.Enqueue(
                FrameType.CaptureInterface, about with { Interface = interfaces.Count - 1 }, ProtocolJson.Default.CaptureInterfaceEvent);
        }
    }

    /// <summary>Does what a client's frame asks for.</summary>
    /// <exception cref="InvalidDataException">A client that keeps to the protocol does not send this.</exception>
    public void Accept(FrameType type, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case FrameType.Signal when payload.Length == 1:
                Stop();
                break;
            case FrameType.CaptureTarget when drainedAt is null:
                TryJoin(RequestParser.ParseCaptureTarget(payload));
                break;
            case FrameType.ClockProbe when payload.Length == sizeof(long):
                AnswerClock(payload);
                break;
            case FrameType.CaptureTarget:
                break;
            default:
                throw new InvalidDataException($"an unexpected frame of type {(int)type} and {payload.Length} bytes");
        }
    }

    /// <summary>Sends a frame of what there is, as far as the client takes it.</summary>
    public void PassPackets()
    {
        hasMore = false;
        if (!client.IsFree || client.IsGone || IsOver)
        {
            return;
        }

        // Each time another begins, lest one at full speed leave no room for the others.
        for (var i = 0; i < interfaces.Count && !encoder.IsFull; i++)
        {
            Read((firstToRead + i) % interfaces.Count);
        }

        firstToRead++;
        if (!encoder.IsEmpty)
        {
            hasMore = true;
            var payload = encoder.Take();
            PacketBytes += payload.Length;
            client.Send(FrameType.CapturePackets, payload);
        }
    }

    /// <summary>Sends the counters when it is time, and ends what is to be ended.</summary>
    public void Advance()
    {
        var now = MonotonicTime.Now;
        if (!client.IsFree || IsOver)
        {
            return;
        }

        IsOver = now >= drainedAt && !hasMore;
        if (IsOver || now >= statisticsAt)
        {
            statisticsAt = now + StatisticsInterval;
            SendStatistics();
        }
    }

    public void Dispose()
    {
        interfaces.ForEach(one => one.Source?.Dispose());
    }

    /// <summary>What was captured up to now is still sent.</summary>
    public void Stop()
    {
        if (drainedAt is null)
        {
            drainedAt = MonotonicTime.Now + DrainTime;
            stopTime = RealTime();
        }
    }

    private void TryJoin((int Key, ProcessGroup Group) joining)
    {
        try
        {
            Join(joining.Key, new ContainerProcesses(new ProcFileSystem(), joining.Group));
        }
        catch (AgentException e)
        {
            Report(joining.Key, null, e.Error);
        }
    }

    private void Read(int index)
    {
        var one = interfaces[index];
        try
        {
            while (one.Source is not null && !encoder.IsFull && one.Source.TryRead(out var time, out var original, out var data))
            {
                if (time <= stopTime)
                {
                    encoder.Add(index, time, original, data);
                    one.Sent++;
                }
            }
        }
        catch (AgentException e)
        {
            one.Close();
            Report(one.Target, index, e.Error);
        }
    }

    private void Report(int target, int? captureInterface, AgentError error) => client.Enqueue(
        FrameType.CaptureLoss, new CaptureLossEvent { Target = target, Interface = captureInterface, Error = error }, ProtocolJson.Default.CaptureLossEvent);

    private void SendStatistics()
    {
        interfaces.ForEach(one => one.Count());
        client.Enqueue(
            FrameType.CaptureStatistics,
            new CaptureStatisticsEvent
            {
                Time = RealTime(),
                Interfaces = [.. interfaces.Select((one, i) => new InterfaceCounters(i, one.Received, one.Dropped, one.Sent))],
            },
            ProtocolJson.Default.CaptureStatisticsEvent);
    }

    private void AnswerClock(ReadOnlySpan<byte> probe)
    {
        var answer = new byte[2 * sizeof(long)];
        probe.CopyTo(answer);
        BinaryPrimitives.WriteInt64BigEndian(answer.AsSpan(sizeof(long)), RealTime());
        client.Enqueue(FrameType.Clock, answer);
    }

    private static unsafe long RealTime()
    {
        TimeSpec time;
        _ = Libc.GetClock(ProcessFlags.ClockRealTime, &time);
        return (time.Seconds * NanosecondsPerSecond) + time.Nanoseconds;
    }

    /// <summary>An interface, and its counters after it is closed.</summary>
    private sealed class CapturedInterface(int target, PacketSource source)
    {
        public int Target => target;

        public PacketSource? Source { get; private set; } = source;

        public long Received { get; private set; }

        public long Dropped { get; private set; }

        public long Sent { get; set; }

        public void Count()
        {
            Source?.Count();
            (Received, Dropped) = (Source?.Received ?? Received, Source?.Dropped ?? Dropped);

            // What came before the filter and passes it is captured, though not counted.
            Received = Math.Max(Received, Sent);
        }

        public void Close()
        {
            Count();
            Source?.Dispose();
            Source = null;
        }
    }
}

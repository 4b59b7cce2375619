using System.Globalization;
using Endoscope.Capture;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions.Capture;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>Writes down what a capture brings, in the order of time, until it ends; the loop in the middle of <c>scope capture</c>.</summary>
internal sealed class CaptureRecorder(
    CaptureSettings settings, ClusterCapture capture, CaptureWriter writer, CaptureBoard board, NameDirectory names, TimeProvider time, Action<string> tell)
    : IDisposable
{
    private const long MostHeldBack = 48 << 20;

    // What comes from several interfaces may be this much out of order; what comes from one is not.
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan StatisticsInterval = TimeSpan.FromSeconds(5);

    // After being told to stop: for what is still on its way. A command ends within 5 s.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource abandon = new();
    private readonly Dictionary<int, (InterfaceCounters Counters, TimeSpan At)> told = [];
    private readonly long startedAt = time.GetTimestamp();
    private PacketMerger merger = new(TimeSpan.Zero, MostHeldBack);
    private Exception? failure;
    private bool stopped;
    private bool over;

    /// <summary>Told once a second, and at the end.</summary>
    public Action? OnProgress { get; init; }

    /// <summary>Shown each packet that is recorded, or null.</summary>
    public IPacketView? View { get; init; }

    /// <summary>Ends the capture when it is done: the program that reads has ended.</summary>
    public Task ReaderGone { get; init; } = new TaskCompletionSource().Task;

    /// <summary>Whether packets are to be left out for now.</summary>
    public Func<bool> IsPaused { get; init; } = () => false;

    /// <summary>Records to the end.</summary>
    /// <exception cref="IOException">It could not be written; what was is whole.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (View is not null)
        {
            await names.SettleAsync();
            AddNames();
        }

        var wait = capture.News.WaitToReadAsync(CancellationToken.None).AsTask();
        while (!abandon.IsCancellationRequested && !over)
        {
            await Task.WhenAny(wait, Task.Delay(Tick, time, CancellationToken.None));
            if (wait.IsCompleted && !await wait)
            {
                break;
            }

            while (capture.News.TryRead(out var news))
            {
                Take(news);
                await WriteDueAsync();
            }

            wait = wait.IsCompleted ? capture.News.WaitToReadAsync(CancellationToken.None).AsTask() : wait;
            AddNames();
            await WriteDueAsync();
            await FlushAsync();
            if (!stopped && (stop.IsCancellationRequested || ReaderGone.IsCompleted || IsEnough() || failure is not null))
            {
                await StopAsync();
            }
        }

        await FinishAsync();
        if (failure is not null)
        {
            throw failure;
        }
    }

    public void Dispose() => abandon.Dispose();

    private TimeSpan Now => time.GetElapsedTime(startedAt);

    private bool IsEnough() => Now >= settings.Duration || board.Packets >= settings.Packets || writer.Length >= settings.Size;

    private async Task StopAsync()
    {
        stopped = true;
        abandon.CancelAfter(TimeToStop);
        await capture.StopAsync();
    }

    private async Task FinishAsync()
    {
        if (abandon.IsCancellationRequested)
        {
            capture.Abandon();
            if (failure is null && !ReaderGone.IsCompleted)
            {
                board.Truncations.Add($"what was still on its way {TimeToStop.TotalSeconds:0} s after the end is missing");
            }
        }

        foreach (var one in board.Interfaces.Where(one => !abandon.IsCancellationRequested && board.Truncations.Count == 0 && one.Sent != one.Packets))
        {
            board.Truncations.Add($"of {one.Sent} packets that were sent from {one.Name} {one.Packets} arrived");
        }

        await names.SettleAsync();
        AddNames();
        while (merger.TryTake(out var packet))
        {
            Write(packet);
        }

        foreach (var (number, (counters, _)) in told)
        {
            AddStatistics(number, counters, LastTime);
        }

        board.Late = merger.Late;
        await FlushAsync();
        OnProgress?.Invoke();
    }

    private long LastTime { get; set; }

    private void Take(CaptureNews news)
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
                    over = true;
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
        LastTime = Math.Max(LastTime, counters.Time);
        foreach (var one in counters.Interfaces)
        {
            var isNew = !told.TryGetValue(one.Interface, out var last) || last.Counters != one || Now - last.At > StatisticsInterval;
            if (isNew && !stopped)
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

    private async Task WriteDueAsync()
    {
        while (merger.TryTake(Now, out var packet))
        {
            Write(packet);
            if (writer.IsFull)
            {
                await FlushAsync();
            }
        }
    }

    private void Write(in Packet packet)
    {
        if (failure is not null || board.Packets >= settings.Packets || writer.Length >= settings.Size)
        {
            return;
        }

        if (IsPaused())
        {
            board.LeftOut++;
            return;
        }

        if (PacketAddresses.TryRead(board.Interfaces[packet.Interface].LinkType, packet.Data.Span, out var source, out var destination))
        {
            AddName(source);
            AddName(destination);
        }

        writer.Add(packet);
        View?.Show(packet);
        board.Packets++;
        board.Bytes = writer.Length;
    }

    private void AddName(AddressKey address)
    {
        if (names.See(address) is { } found)
        {
            writer.AddName(address.ToAddress(), found);
        }
    }

    private void AddNames()
    {
        foreach (var (address, found) in names.TakeNews())
        {
            writer.AddName(address, found);
        }
    }

    private void AddStatistics(int number, InterfaceCounters one, long at) =>
        writer.Add(number, at, new InterfaceStatistics(one.Received, one.Dropped, one.Sent));

    private async Task FlushAsync()
    {
        if (failure is not null)
        {
            return;
        }

        try
        {
            await writer.FlushAsync(abandon.Token);
            if (View is not null)
            {
                await View.FlushAsync(abandon.Token);
            }
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Whoever reads is too slow for the time that is left; that is told as what is missing.
        }
        catch (IOException e)
        {
            failure = e;
        }
    }
}

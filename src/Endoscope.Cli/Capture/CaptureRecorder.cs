using Endoscope.Capture;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Writes down what a capture brings, in the order of time, until it ends; the loop in the middle of <c>scope capture</c>.</summary>
internal sealed class CaptureRecorder(
    CaptureSettings settings, ClusterCapture capture, CaptureIntake intake, CaptureWriter writer, CaptureBoard board, NameDirectory names, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    // After being told to stop: for what is still on its way. A command ends within 5 s.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource abandon = new();
    private readonly long startedAt = time.GetTimestamp();
    private Exception? failure;

    /// <summary>Ends the capture when it is done: the program that reads has ended.</summary>
    public Task ReaderGone { get; init; } = new TaskCompletionSource().Task;

    /// <summary>Whether packets are to be left out for now.</summary>
    public Func<bool> IsPaused { get; init; } = () => false;

    /// <summary>Records to the end.</summary>
    /// <exception cref="IOException">It could not be written; what was is whole.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (intake.View is not null)
        {
            await names.SettleAsync();
            AddNames();
        }

        var wait = capture.News.WaitToReadAsync(CancellationToken.None).AsTask();
        while (!abandon.IsCancellationRequested && !intake.IsOver)
        {
            await Task.WhenAny(wait, Task.Delay(Tick, time, CancellationToken.None));
            if (wait.IsCompleted && !await wait)
            {
                break;
            }

            while (capture.News.TryRead(out var news))
            {
                intake.Take(news);
                await WriteDueAsync();
            }

            wait = wait.IsCompleted ? capture.News.WaitToReadAsync(CancellationToken.None).AsTask() : wait;
            AddNames();
            await WriteDueAsync();
            await FlushAsync();
            if (!intake.IsStopping && (stop.IsCancellationRequested || ReaderGone.IsCompleted || IsEnough() || failure is not null))
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
        intake.IsStopping = true;
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
        while (intake.TryTake(out var packet))
        {
            Write(packet);
        }

        intake.Finish();
        await FlushAsync();
        intake.OnProgress?.Invoke();
    }

    private async Task WriteDueAsync()
    {
        while (intake.TryTakeDue(out var packet))
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
        intake.View?.Show(packet);
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

    private async Task FlushAsync()
    {
        if (failure is not null)
        {
            return;
        }

        try
        {
            await writer.FlushAsync(abandon.Token);
            if (intake.View is not null)
            {
                await intake.View.FlushAsync(abandon.Token);
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

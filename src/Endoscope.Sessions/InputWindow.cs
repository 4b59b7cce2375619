namespace Endoscope.Sessions;

/// <summary>Counts the bytes of input that may still be sent before the agent has passed on earlier ones.</summary>
internal sealed class InputWindow(long size)
{
    private readonly Lock gate = new();
    private long free = size;
    private TaskCompletionSource? waiter;

    /// <summary>Waits until so many bytes may be sent, and takes them. One caller at a time.</summary>
    public async ValueTask TakeAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (gate)
            {
                if (free >= count)
                {
                    free -= count;
                    return;
                }

                waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = waiter.Task;
            }

            await room.WaitAsync(cancellationToken);
        }
    }

    /// <summary>So many bytes have reached the tool.</summary>
    public void Taken(long count)
    {
        lock (gate)
        {
            free += count;
            waiter?.TrySetResult();
            waiter = null;
        }
    }

    /// <summary>Nothing holds input back any more: the session is over.</summary>
    public void Open() => Taken(long.MaxValue / 2);
}

using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Unix;

/// <summary>Lets a token end a wait for input; lives as long as the process.</summary>
internal sealed unsafe class WakePipe
{
    private readonly int readEnd;
    private readonly int writeEnd;

    public WakePipe()
    {
        var ends = stackalloc int[2];
        if (LibC.Pipe(ends) != 0)
        {
            throw LibC.LastFailure("making a pipe");
        }

        (readEnd, writeEnd) = (ends[0], ends[1]);
    }

    /// <summary>Returns when the descriptor has something to read, its end included.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before.</exception>
    public void WaitForInput(int descriptor, CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(_ => Wake(), null))
        {
            var polls = stackalloc LibC.PollDescriptor[2];
            polls[0] = new LibC.PollDescriptor { Descriptor = descriptor, Events = LibC.PollIn };
            polls[1] = new LibC.PollDescriptor { Descriptor = readEnd, Events = LibC.PollIn };
            while (LibC.Poll(polls, 2, Timeout.Infinite) < 0)
            {
                if (Marshal.GetLastPInvokeError() != LibC.EINTR)
                {
                    throw LibC.LastFailure("waiting for input");
                }
            }
        }

        // The registration is gone here, so a byte is in the pipe exactly if the token was cancelled in time.
        if (cancellationToken.IsCancellationRequested)
        {
            Drain();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void Wake()
    {
        byte one = 1;
        _ = LibC.Write(writeEnd, &one, 1);
    }

    private void Drain()
    {
        var poll = new LibC.PollDescriptor { Descriptor = readEnd, Events = LibC.PollIn };
        if (LibC.Poll(&poll, 1, 0) == 1)
        {
            byte one;
            _ = LibC.Read(readEnd, &one, 1);
        }
    }
}

using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Unix;

/// <summary>
/// A file descriptor as a stream: plain read(2) and write(2). Neither of .NET's own will do: Console streams swallow EPIPE, and a
/// FileStream writes at positions of its own, so that <c>&gt; file 2&gt;&amp;1</c> would overwrite itself.
/// </summary>
internal sealed unsafe class DescriptorStream(int descriptor, string name, FileAccess access) : Stream
{
    private readonly Lock gate = new();
    private WakePipe? wake;

    public override bool CanRead => access == FileAccess.Read;

    public override bool CanWrite => access == FileAccess.Write;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint got;
            while ((got = LibC.Read(descriptor, bytes, buffer.Length)) < 0)
            {
                WaitOrThrow(LibC.PollIn, "reading");
            }

            return (int)got;
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                var wrote = LibC.Write(descriptor, bytes + done, buffer.Length - done);
                if (wrote < 0)
                {
                    WaitOrThrow(LibC.PollOut, "writing");
                }
                else
                {
                    done += (int)wrote;
                }
            }
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => ReadUnlessCancelled(buffer.Span, cancellationToken), cancellationToken));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Write(buffer.Span), cancellationToken).WaitAsync(cancellationToken));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int ReadUnlessCancelled(Span<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            WakePipe pipe;
            lock (gate)
            {
                pipe = wake ??= new WakePipe();
            }

            pipe.WaitForInput(descriptor, cancellationToken);
        }

        return Read(buffer);
    }

    /// <summary>After a failed call: returns where it should be tried again. Whoever shares the terminal may have made it non-blocking.</summary>
    private void WaitOrThrow(short events, string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        if (errno == LibC.EAGAIN)
        {
            var poll = new LibC.PollDescriptor { Descriptor = descriptor, Events = events };
            _ = LibC.Poll(&poll, 1, Timeout.Infinite);
        }
        else if (errno != LibC.EINTR)
        {
            throw LibC.LastFailure($"{what} {name}");
        }
    }
}

using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Windows;

/// <summary>A standard handle as a stream which, other than Console's, reports that nobody reads any more.</summary>
internal sealed unsafe class HandleStream(nint handle, string name, FileAccess access) : Stream
{
    private const int BrokenPipeError = 109;

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
            if (Kernel32.ReadFile(handle, bytes, (uint)buffer.Length, out var read, 0))
            {
                return (int)read;
            }
        }

        // The writer of a pipe went away: that is how a pipe ends here.
        return Marshal.GetLastPInvokeError() == BrokenPipeError ? 0 : throw Kernel32.LastFailure($"reading {name}");
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var done = 0u;
            while (done < buffer.Length)
            {
                if (!Kernel32.WriteFile(handle, bytes + done, (uint)buffer.Length - done, out var written, 0))
                {
                    throw Kernel32.LastFailure($"writing {name}");
                }

                done += written;
            }
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Read(buffer.Span), cancellationToken).WaitAsync(cancellationToken));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => Write(buffer.Span), cancellationToken).WaitAsync(cancellationToken));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

namespace Endoscope.Kubernetes.Exec;

/// <summary>What both streams of an exec session have in common: no position, no length, and no blocking calls.</summary>
internal abstract class ExecStream : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
        // Every write goes out at once.
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>The remote standard output.</summary>
internal sealed class ExecOutput(ExecSession session) : ExecStream
{
    public override bool CanRead => true;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        => session.ReadOutputAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}

/// <summary>The remote standard input.</summary>
internal sealed class ExecInput(WebSocketConnection connection, bool halfCloses) : ExecStream
{
    private bool closed;

    public override bool CanWrite => true;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, WebSocketConnection.MaxSend);
            await connection.SendAsync(ExecChannel.Input, buffer[..count], cancellationToken);
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask DisposeAsync()
    {
        if (!closed)
        {
            closed = true;
            if (halfCloses)
            {
                await connection.SendAsync(ExecChannel.Close, new byte[] { ExecChannel.Input }, CancellationToken.None);
            }
        }

        await base.DisposeAsync();
    }
}

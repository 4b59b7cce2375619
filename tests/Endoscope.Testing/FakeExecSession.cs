using System.IO.Pipelines;
using Endoscope.Kubernetes;

namespace Endoscope.Testing;

/// <summary>An exec connection whose far end is the test: what it writes arrives as output, what is sent it can read.</summary>
public sealed class FakeExecSession : IExecSession
{
    private readonly Pipe output = new();
    private readonly Pipe input = new();

    public FakeExecSession()
    {
        Output = new EndingStream(this, output.Reader.AsStream());
        Input = input.Writer.AsStream();
        RemoteOutput = output.Writer.AsStream(leaveOpen: true);
        RemoteInput = input.Reader.AsStream();
    }

    public Stream Output { get; }

    public Stream Input { get; }

    public string ErrorText { get; set; } = "";

    public ExecStatus? Status { get; private set; }

    /// <summary>Whether the client has closed the connection.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>Where the remote command writes.</summary>
    public Stream RemoteOutput { get; }

    /// <summary>What the remote command reads.</summary>
    public Stream RemoteInput { get; }

    /// <summary>The remote command ends and the server says so; with a null status the connection is cut instead.</summary>
    public void End(ExecStatus? status)
    {
        pending = status;
        output.Writer.Complete();
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        input.Writer.Complete();
        return ValueTask.CompletedTask;
    }

    private ExecStatus? pending;

    // As the real one: the end of the stream is a Status, or it is an error.
    private sealed class EndingStream(FakeExecSession session, Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (count == 0 && buffer.Length > 0)
            {
                session.Status = session.pending ?? throw new ConnectionLostException("the connection was cut");
            }

            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using System.Text;

namespace Endoscope.Kubernetes.Rest;

/// <summary>
/// Headers that come several times, each with one value. The runtime writes the values of one header into one line, with commas in between,
/// and an API server takes that for a single group of such a name. So they leave the runtime as one value with marks where the next line
/// is to begin, and this stream, below the runtime and above TLS, turns the marks into line ends. It does that in the heads of requests
/// alone: it never touches a body, nor anything after an upgrade. Whether there was one only the server's answer says: a connection whose
/// upgrade was refused goes on carrying requests.
/// </summary>
internal sealed class RepeatedHeaders(Stream stream) : Stream
{
    // Control characters, which no value holds otherwise.
    private const char ReturnMark = '\u0001';
    private const char NewLineMark = '\u0002';

    private static ReadOnlySpan<byte> Upgraded => "HTTP/1.1 101"u8;

    private readonly MemoryStream head = new();
    private readonly MemoryStream answer = new();
    private volatile bool asked;
    private volatile bool upgraded;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The value to give to the runtime for several values of one header. Pure.</summary>
    public static string Join(string name, IReadOnlyList<string> values) => string.Join($"{ReturnMark}{NewLineMark}{name}: ", values);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (upgraded)
        {
            await stream.WriteAsync(buffer, cancellationToken);
            return;
        }

        var bytes = buffer.ToArray();
        Rewrite(bytes);
        await stream.WriteAsync(bytes, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await stream.ReadAsync(buffer, cancellationToken);
        Learn(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => stream.FlushAsync(cancellationToken);

    public override void Flush() => stream.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Replaces the marks. Bodies are JSON, which holds no control characters, so that only the heads that ask for an upgrade have to be found.
    /// </summary>
    private void Rewrite(Span<byte> bytes)
    {
        foreach (ref var b in bytes)
        {
            b = b switch { (byte)ReturnMark => (byte)'\r', (byte)NewLineMark => (byte)'\n', _ => b };
            head.WriteByte(b);
            if (b == '\n' && EndsLine())
            {
                asked = Encoding.ASCII.GetString(head.GetBuffer(), 0, (int)head.Length).Contains("\r\nUpgrade: websocket\r\n", StringComparison.Ordinal);
                head.SetLength(0);
            }
        }
    }

    /// <summary>Takes what the server answers to a request for an upgrade, before which nothing else is sent.</summary>
    private void Learn(ReadOnlySpan<byte> bytes)
    {
        if (!asked || bytes.IsEmpty)
        {
            return;
        }

        answer.Write(bytes[..Math.Min(bytes.Length, Upgraded.Length - (int)answer.Length)]);
        if (answer.Length == Upgraded.Length)
        {
            upgraded = answer.GetBuffer().AsSpan(0, Upgraded.Length).SequenceEqual(Upgraded);
            asked = false;
            answer.SetLength(0);
        }
    }

    private bool EndsLine() => head.Length >= 4 && head.GetBuffer().AsSpan(0, (int)head.Length).EndsWith("\r\n\r\n"u8);
}

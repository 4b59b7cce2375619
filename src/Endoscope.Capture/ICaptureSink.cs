namespace Endoscope.Capture;

/// <summary>Where the blocks of a capture go.</summary>
public interface ICaptureSink : IAsyncDisposable
{
    /// <summary>Takes whole blocks. After a failure it holds what it held before.</summary>
    /// <param name="preamble">The blocks that a file must begin with to be read from here on: its section, interfaces and names.</param>
    /// <exception cref="IOException">It takes no more.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken);

    /// <summary>Bytes taken.</summary>
    long Length { get; }
}

/// <summary>A stream: standard output, or another program's input.</summary>
public sealed class StreamSink(Stream stream) : ICaptureSink
{
    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken)
    {
        // A write to a pipe that nobody empties goes on for ever; whoever has no more time for it leaves it alone.
        await stream.WriteAsync(blocks, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        await stream.FlushAsync(cancellationToken);
        Length += blocks.Length;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A file. What was written of a block when the disk was full is cut off again.</summary>
public sealed class FileSink : ICaptureSink
{
    private readonly FileStream file;

    /// <summary>Makes the file, or empties it.</summary>
    public FileSink(string path) => file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);

    public long Length { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(blocks, CancellationToken.None);
            Length += blocks.Length;
        }
        catch (IOException)
        {
            CutOff();
            throw;
        }
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private void CutOff()
    {
        try
        {
            if (file.CanSeek)
            {
                file.SetLength(Length);
            }
        }
        catch (IOException)
        {
            // A device has no length; the failure to write is what matters.
        }
    }
}

/// <summary>
/// A ring of files: when one is full the next is begun, and of more than the given number the oldest is deleted.
/// <c>web.pcapng</c> becomes <c>web_00001.pcapng</c>, <c>web_00002.pcapng</c> …; each can be read by itself.
/// </summary>
public sealed class RingSink(string path, int files, long size) : ICaptureSink
{
    private readonly Queue<string> kept = new();
    private FileSink? current;
    private int number;
    private long before;

    public long Length => before + (current?.Length ?? 0);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken)
    {
        if (current is null)
        {
            current = Next();
        }
        else if (current.Length + blocks.Length > size)
        {
            before += current.Length;
            await current.DisposeAsync();
            current = Next();
            await current.WriteAsync(preamble, preamble, cancellationToken);
        }

        await current.WriteAsync(blocks, preamble, cancellationToken);
    }

    public ValueTask DisposeAsync() => current?.DisposeAsync() ?? ValueTask.CompletedTask;

    private FileSink Next()
    {
        number++;
        var name = Path.Combine(
            Path.GetDirectoryName(path) ?? "", FormattableString.Invariant($"{Path.GetFileNameWithoutExtension(path)}_{number:00000}{Path.GetExtension(path)}"));
        kept.Enqueue(name);
        if (kept.Count > files)
        {
            File.Delete(kept.Dequeue());
        }

        return new FileSink(name);
    }
}

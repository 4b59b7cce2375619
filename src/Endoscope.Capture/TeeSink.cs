namespace Endoscope.Capture;

/// <summary>Takes blocks for two: what counts is the first, and the second may go away.</summary>
public sealed class TeeSink(ICaptureSink first, ICaptureSink second) : ICaptureSink
{
    private bool isSecondGone;

    public long Length => first.Length;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken)
    {
        await first.WriteAsync(blocks, preamble, cancellationToken);
        try
        {
            if (!isSecondGone)
            {
                await second.WriteAsync(blocks, preamble, cancellationToken);
            }
        }
        catch (IOException)
        {
            isSecondGone = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await first.DisposeAsync();
        await second.DisposeAsync();
    }
}

/// <summary>Takes blocks for nobody, where packets are only to be looked at.</summary>
public sealed class NoSink : ICaptureSink
{
    public long Length { get; private set; }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> blocks, ReadOnlyMemory<byte> preamble, CancellationToken cancellationToken)
    {
        Length += blocks.Length;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

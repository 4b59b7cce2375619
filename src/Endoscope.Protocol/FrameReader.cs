namespace Endoscope.Protocol;

/// <summary>Reads frames from a byte stream, and those that are compressed as what they stand for; never buffers more than one frame.</summary>
public sealed class FrameReader(Stream source) : IDisposable
{
    private readonly byte[] header = new byte[Frame.HeaderLength];
    private FrameDecompressor? decompressor;

    /// <summary>The next frame, or null where the stream ends between two frames.</summary>
    /// <exception cref="InvalidDataException">The stream ends within a frame, a length is over <see cref="Frame.MaxPayload"/>, or a compressed frame is none.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken)
    {
        var got = await source.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (got == 0)
        {
            return null;
        }

        if (got < header.Length)
        {
            throw new InvalidDataException($"the stream ended after {got} bytes of a frame's header");
        }

        var (type, length) = Frame.ReadHeader(header);
        var payload = length == 0 ? [] : GC.AllocateUninitializedArray<byte>(length);
        got = await source.ReadAtLeastAsync(payload, payload.Length, throwOnEndOfStream: false, cancellationToken);
        if (got < payload.Length)
        {
            throw new InvalidDataException($"the stream ended after {got} of {length} bytes of a frame");
        }

        return type == FrameType.Compressed ? (decompressor ??= new FrameDecompressor()).Decompress(payload) : new Frame(type, payload);
    }

    public void Dispose() => decompressor?.Dispose();
}

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Endoscope.Protocol;

/// <summary>Writes frames to a byte stream, each with one write and a flush; safe for several writers at once.</summary>
public sealed class FrameWriter(Stream destination) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Writes one frame whole, waiting for as long as the stream holds it back.</summary>
    /// <exception cref="ArgumentException">The payload is over <see cref="Frame.MaxPayload"/>.</exception>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (payload.Length > Frame.MaxPayload)
        {
            throw new ArgumentException($"a payload of {payload.Length} bytes is over the limit of {Frame.MaxPayload}", nameof(payload));
        }

        var total = Frame.HeaderLength + payload.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(total);
        try
        {
            Frame.WriteHeader(buffer, type, payload.Length);
            payload.CopyTo(buffer.AsMemory(Frame.HeaderLength));
            await turn.WaitAsync(cancellationToken);
            try
            {
                await destination.WriteAsync(buffer.AsMemory(0, total), cancellationToken);
                await destination.FlushAsync(cancellationToken);
            }
            finally
            {
                turn.Release();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a record as the JSON payload of one frame.</summary>
    public ValueTask WriteAsync<T>(FrameType type, T value, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken) =>
        WriteAsync(type, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo), cancellationToken);

    public void Dispose() => turn.Dispose();
}

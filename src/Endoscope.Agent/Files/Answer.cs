using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>One frame of an answer that comes bit by bit, made when the client can take it.</summary>
/// <param name="Payload">Valid until the next one is made.</param>
internal readonly record struct Answer(FrameType Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Nothing to say yet, so that the client does not wait in vain and is heard meanwhile.</summary>
    public static Answer Alive => new(FrameType.Heartbeat, default);

    /// <summary>Something that was left out, and why.</summary>
    public static Answer Problem(string line) => new(FrameType.Error, Encoding.UTF8.GetBytes(line + '\n'));

    public static Answer Of<T>(FrameType type, T value, JsonTypeInfo<T> typeInfo) => new(type, JsonSerializer.SerializeToUtf8Bytes(value, typeInfo));
}

using System.Buffers.Binary;

namespace Endoscope.Protocol;

/// <summary>
/// What one frame of a session carries. A frame on the wire is one byte of type, four bytes of payload length
/// (big-endian) and the payload. Client frames travel on the agent's stdin, agent frames on its stdout.
/// </summary>
public enum FrameType : byte
{
    /// <summary>Client: the <see cref="AgentRequest"/> as JSON; the first frame, exactly once.</summary>
    Request = 1,

    /// <summary>Client: bytes for the tool's standard input, at most <see cref="Frame.InputWindow"/> ahead of <see cref="InputTaken"/>.</summary>
    Input = 2,

    /// <summary>Client: the tool's standard input ends here. Empty.</summary>
    InputEnd = 3,

    /// <summary>Client: the terminal's new size; two unsigned 16-bit big-endian numbers, columns then rows.</summary>
    Resize = 4,

    /// <summary>Client: a signal for the tool's foreground process group; one byte, the Linux signal number.</summary>
    Signal = 5,

    /// <summary>Both: alive, nothing to say. Empty; sent every <see cref="Frame.HeartbeatInterval"/>.</summary>
    Heartbeat = 6,

    /// <summary>
    /// Client: so many more bytes of output and errors were taken, uncompressed; an unsigned 32-bit big-endian number. Of more than
    /// <see cref="Frame.CompressedWindow"/> ahead of it nothing is compressed.
    /// </summary>
    OutputTaken = 7,

    /// <summary>Client: one more pod for a capture that runs; a <see cref="CaptureTarget"/> as JSON.</summary>
    CaptureTarget = 32,

    /// <summary>Client: asks a capturing agent for its clock; eight bytes that come back in <see cref="Clock"/>.</summary>
    ClockProbe = 33,

    /// <summary>Agent: the tool runs; a <see cref="StartedEvent"/> as JSON.</summary>
    Started = 16,

    /// <summary>Agent: bytes of the tool's standard output, or of its terminal.</summary>
    Output = 17,

    /// <summary>Agent: bytes of the tool's standard error; of an answer about files, a line for each that was left out.</summary>
    Error = 18,

    /// <summary>
    /// Agent: a <see cref="ProcessList"/> as JSON, the answer to <see cref="ListProcessesRequest"/>. A list too long for one
    /// frame comes in several, in order.
    /// </summary>
    Processes = 19,

    /// <summary>Agent: so many more bytes of input reached the tool; an unsigned 32-bit big-endian number.</summary>
    InputTaken = 20,

    /// <summary>Agent: the last frame, an <see cref="EndEvent"/> as JSON. A stream that ends without it was cut.</summary>
    End = 21,

    /// <summary>Agent: a <see cref="ProcessChange"/> as JSON, where a <see cref="ListProcessesRequest"/> has an interval.</summary>
    ProcessChange = 22,

    /// <summary>Agent: stands for a frame of another type, as <see cref="FrameCompressor"/> makes it.</summary>
    Compressed = 23,

    /// <summary>Agent: a <see cref="FileList"/> as JSON; a list comes in one frame or several, in order.</summary>
    Files = 40,

    /// <summary>Agent: a <see cref="FileStart"/> as JSON; the output until <see cref="FileEnd"/> is this file's.</summary>
    FileStart = 41,

    /// <summary>Agent: from which byte of the file on the next output follows; an unsigned 64-bit big-endian number. Between is nothing but zeros.</summary>
    FilePosition = 42,

    /// <summary>Agent: a <see cref="Protocol.FileEnd"/> as JSON.</summary>
    FileEnd = 43,

    /// <summary>Agent: a <see cref="Protocol.FileLocation"/> as JSON, the answer to <see cref="LocateFileRequest"/>.</summary>
    FileLocation = 44,

    /// <summary>Agent: packets of this interface follow; a <see cref="CaptureInterfaceEvent"/> as JSON.</summary>
    CaptureInterface = 48,

    /// <summary>Agent: packets, as <see cref="PacketEncoder"/> writes them.</summary>
    CapturePackets = 49,

    /// <summary>Agent: the counters so far, every second and once at the end; a <see cref="CaptureStatisticsEvent"/> as JSON.</summary>
    CaptureStatistics = 50,

    /// <summary>Agent: a pod or an interface cannot be captured, or no longer; a <see cref="CaptureLossEvent"/> as JSON.</summary>
    CaptureLoss = 51,

    /// <summary>Agent: the eight bytes of a <see cref="ClockProbe"/>, and the agent's clock in nanoseconds since 1970, signed 64-bit big-endian.</summary>
    Clock = 52,
}

/// <summary>One message between client and agent.</summary>
/// <param name="Type">What the payload is.</param>
/// <param name="Payload">The payload; owned by the receiver.</param>
public readonly record struct Frame(FrameType Type, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderLength = 5;

    /// <summary>The largest payload either side accepts, in bytes.</summary>
    public const int MaxPayload = 1 << 20;

    /// <summary>How many bytes of input the client may send before <see cref="FrameType.InputTaken"/> catches up.</summary>
    public const int InputWindow = 256 * 1024;

    /// <summary>
    /// How many bytes of output and errors may be under way while the agent still compresses more. What waits in the sockets on the way holds a tool
    /// back by its size, which, compressed, can stand for gigabytes.
    /// </summary>
    public const int CompressedWindow = 64 * 1024 * 1024;

    /// <summary>How often each side says that it is alive.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);

    /// <summary>After this long without any frame a side takes the other for gone.</summary>
    public static readonly TimeSpan HeartbeatTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Writes the bytes that come before a payload.</summary>
    /// <exception cref="ArgumentException">The payload is over <see cref="MaxPayload"/>.</exception>
    public static void WriteHeader(Span<byte> destination, FrameType type, int payloadLength)
    {
        if (payloadLength > MaxPayload)
        {
            throw new ArgumentException($"a payload of {payloadLength} bytes is over the limit of {MaxPayload}", nameof(payloadLength));
        }

        destination[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], payloadLength);
    }

    /// <summary>Reads the bytes that come before a payload.</summary>
    /// <exception cref="InvalidDataException">The length is over <see cref="MaxPayload"/>.</exception>
    public static (FrameType Type, int PayloadLength) ReadHeader(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        return length <= MaxPayload
            ? ((FrameType)header[0], (int)length)
            : throw new InvalidDataException($"a frame of {length} bytes is over the limit of {MaxPayload}");
    }
}

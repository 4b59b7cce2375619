using System.Buffers.Binary;

namespace Endoscope.Kubernetes.Exec;

/// <summary>The kinds of WebSocket frames (RFC 6455, section 5.2).</summary>
internal enum Opcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// <summary>The head of a WebSocket frame. Pure.</summary>
/// <param name="Length">The payload's length in bytes.</param>
/// <param name="Size">The head's own length in bytes.</param>
internal readonly record struct FrameHeader(Opcode Opcode, bool IsFinal, long Length, int Size)
{
    /// <summary>The longest head that a client sends: with a 64-bit length and a mask.</summary>
    public const int MaxSize = 14;

    private const byte Final = 0x80;
    private const byte Reserved = 0x70;
    private const byte Masked = 0x80;
    private const byte Length16 = 126;
    private const byte Length64 = 127;

    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>Reads a server's frame head; false where the bytes are not all there yet.</summary>
    /// <exception cref="InvalidDataException">It is no head that a server may send.</exception>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        var opcode = (Opcode)(bytes[0] & 0x0F);
        if ((bytes[0] & Reserved) != 0 || (bytes[1] & Masked) != 0 || !Enum.IsDefined(opcode))
        {
            throw new InvalidDataException("the server sent a malformed WebSocket frame");
        }

        var size = bytes[1] switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (bytes.Length < size)
        {
            return false;
        }

        var length = size switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            10 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => bytes[1],
        };
        header = new FrameHeader(opcode, (bytes[0] & Final) != 0, length, size);
        if (length < 0 || (header.IsControl && (size != 2 || !header.IsFinal)))
        {
            throw new InvalidDataException("the server sent a malformed WebSocket frame");
        }

        return true;
    }

    /// <summary>Writes the head of a client's whole message, and returns its length.</summary>
    public static int Write(Span<byte> to, Opcode opcode, int length, ReadOnlySpan<byte> mask)
    {
        to[0] = (byte)(Final | (byte)opcode);
        var size = 2;
        if (length < Length16)
        {
            to[1] = (byte)(Masked | length);
        }
        else if (length <= ushort.MaxValue)
        {
            to[1] = Masked | Length16;
            BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)length);
            size = 4;
        }
        else
        {
            to[1] = Masked | Length64;
            BinaryPrimitives.WriteInt64BigEndian(to[2..], length);
            size = 10;
        }

        mask.CopyTo(to[size..]);
        return size + mask.Length;
    }

    /// <summary>Applies a mask to the payload that begins the message.</summary>
    public static void Mask(Span<byte> payload, ReadOnlySpan<byte> mask)
    {
        var whole = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(payload);
        var word = System.Runtime.InteropServices.MemoryMarshal.Read<uint>(mask);
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] ^= word;
        }

        for (var i = whole.Length * sizeof(uint); i < payload.Length; i++)
        {
            payload[i] ^= mask[i % mask.Length];
        }
    }
}

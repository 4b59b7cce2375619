using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Takes frames out of bytes as they come; one buffer, which grows only to a frame that needs it.</summary>
internal sealed class FrameDecoder
{
    private byte[] buffer = new byte[Frame.HeaderLength + (64 * 1024)];
    private int start;
    private int end;

    /// <summary>Whether the bytes so far end within a frame.</summary>
    public bool IsWithinFrame => start != end;

    /// <summary>Reads what is there; 0 at the end of the stream, negative where nothing can be read now.</summary>
    public nint Fill(int descriptor)
    {
        MakeRoom();
        var got = Descriptor.Read(descriptor, buffer.AsSpan(end));
        if (got > 0)
        {
            end += (int)got;
        }

        return got;
    }

    /// <summary>The next whole frame; its payload is valid until the next call.</summary>
    /// <exception cref="InvalidDataException">A length is over <see cref="Frame.MaxPayload"/>.</exception>
    public bool TryTake(out FrameType type, out ReadOnlySpan<byte> payload)
    {
        type = default;
        payload = default;
        var held = buffer.AsSpan(start, end - start);
        if (held.Length < Frame.HeaderLength)
        {
            return false;
        }

        (type, var length) = Frame.ReadHeader(held);
        if (held.Length < Frame.HeaderLength + length)
        {
            return false;
        }

        payload = held.Slice(Frame.HeaderLength, length);
        start += Frame.HeaderLength + length;
        return true;
    }

    private void MakeRoom()
    {
        var held = end - start;
        if (start > 0)
        {
            buffer.AsSpan(start, held).CopyTo(buffer);
            (start, end) = (0, held);
        }

        if (held == buffer.Length)
        {
            var (_, length) = Frame.ReadHeader(buffer);
            Array.Resize(ref buffer, Frame.HeaderLength + length);
        }
    }
}

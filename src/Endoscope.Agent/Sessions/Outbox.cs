using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>
/// Holds the one frame that is on its way to the client. Nothing is taken from the tool before it has left, which is the
/// whole of the back-pressure.
/// </summary>
internal sealed class Outbox(int descriptor)
{
    // Container runtimes take output in pieces of 32 KiB: a frame that fills them to the end leaves no crumbs, which would cost as much each.
    private const int Roomy = 64 * 1024;

    private byte[] buffer = new byte[Roomy];
    private int start;
    private int end;

    /// <summary>Whether the next frame can be put in.</summary>
    public bool IsFree => start == end;

    /// <summary>Where a payload can be written, before <see cref="Send(FrameType, int)"/>.</summary>
    public Span<byte> Payload => buffer.AsSpan(Frame.HeaderLength, Roomy - Frame.HeaderLength);

    /// <summary>Sends what has been put into <see cref="Payload"/>, as far as the client takes it now; false where nobody reads any more.</summary>
    public bool Send(FrameType type, int length)
    {
        Frame.WriteHeader(buffer, type, length);
        (start, end) = (0, Frame.HeaderLength + length);
        return Flush();
    }

    /// <summary>Sends a payload of any length a frame can have.</summary>
    public bool Send(FrameType type, ReadOnlySpan<byte> payload)
    {
        if (payload.Length + Frame.HeaderLength > buffer.Length)
        {
            Array.Resize(ref buffer, payload.Length + Frame.HeaderLength);
        }

        payload.CopyTo(buffer.AsSpan(Frame.HeaderLength));
        return Send(type, payload.Length);
    }

    /// <summary>Sends more of the frame, as far as the client takes it now; false where nobody reads any more.</summary>
    public bool Flush()
    {
        while (!IsFree)
        {
            var put = Descriptor.Write(descriptor, buffer.AsSpan(start, end - start));
            if (put < 0)
            {
                return Descriptor.LastError == Errno.Again;
            }

            start += (int)put;
        }

        return true;
    }
}

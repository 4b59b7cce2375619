using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Input on its way to the tool: a ring of the size the client may be ahead by.</summary>
internal sealed class InputQueue
{
    private readonly byte[] ring = new byte[Frame.InputWindow];
    private int first;
    private int count;

    public bool IsEmpty => count == 0;

    /// <summary>Takes bytes in; false, with nothing taken, where the client has overrun its window.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > ring.Length - count)
        {
            return false;
        }

        var at = (first + count) % ring.Length;
        var untilEnd = Math.Min(bytes.Length, ring.Length - at);
        bytes[..untilEnd].CopyTo(ring.AsSpan(at));
        bytes[untilEnd..].CopyTo(ring);
        count += bytes.Length;
        return true;
    }

    /// <summary>Writes what the tool takes now; negative where it reads no more.</summary>
    public int WriteTo(int descriptor)
    {
        var put = Descriptor.Write(descriptor, ring.AsSpan(first, Math.Min(count, ring.Length - first)));
        if (put < 0)
        {
            return Descriptor.LastError == Errno.Again ? 0 : -1;
        }

        Remove((int)put);
        return (int)put;
    }

    /// <summary>Forgets what is held; how much it was.</summary>
    public int Clear()
    {
        var held = count;
        Remove(held);
        return held;
    }

    private void Remove(int bytes)
    {
        first = (first + bytes) % ring.Length;
        count -= bytes;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Endoscope.Agent.Native;

/// <summary>Blocking calls on file descriptors that begin again when a signal interrupts them.</summary>
internal static unsafe class Descriptor
{
    /// <summary>Stands for a descriptor that is closed or was never there.</summary>
    public const int None = -1;

    // More gains nothing measurable, and all of root's pipes on a node share one soft limit of 64 MiB.
    private const int RoomyPipe = 256 * 1024;

    /// <summary>Opens a file close-on-exec; -1 where it fails, with the reason in <see cref="LastError"/>.</summary>
    public static int Open(string path, int flags)
    {
        fixed (byte* name = NullTerminated(path))
        {
            int descriptor;
            do
            {
                descriptor = Libc.Open(name, flags | FileFlags.CloseOnExec);
            }
            while (descriptor < 0 && LastError == Errno.Interrupted);

            return descriptor;
        }
    }

    public static int LastError => Marshal.GetLastPInvokeError();

    public static nint Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint got;
            do
            {
                got = Libc.Read(descriptor, start, (nuint)buffer.Length);
            }
            while (got < 0 && LastError == Errno.Interrupted);

            return got;
        }
    }

    /// <summary>Reads from a position of a file; 0 at its end, negative where it cannot be read.</summary>
    public static nint ReadAt(int descriptor, Span<byte> buffer, long position)
    {
        fixed (byte* start = buffer)
        {
            nint got;
            do
            {
                got = Libc.ReadAt(descriptor, start, (nuint)buffer.Length, position);
            }
            while (got < 0 && LastError == Errno.Interrupted);

            return got;
        }
    }

    /// <summary>Reads until the buffer is full, the file ends, or it cannot be read, which an errno(3) number tells.</summary>
    public static int ReadFullyAt(int descriptor, Span<byte> buffer, long position, out int error)
    {
        error = 0;
        var total = 0;
        while (total < buffer.Length)
        {
            var got = (int)ReadAt(descriptor, buffer[total..], position + total);
            if (got <= 0)
            {
                error = got < 0 ? LastError : 0;
                break;
            }

            total += got;
        }

        return total;
    }

    /// <summary>Asks for a position of a file (lseek(2)); negative where there is none.</summary>
    public static long Seek(int descriptor, long offset, int whence) => Libc.Seek(descriptor, offset, whence);

    public static nint Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint put;
            do
            {
                put = Libc.Write(descriptor, start, (nuint)bytes.Length);
            }
            while (put < 0 && LastError == Errno.Interrupted);

            return put;
        }
    }

    /// <summary>Closes what is open and forgets it.</summary>
    public static void Close(ref int descriptor)
    {
        if (descriptor != None)
        {
            _ = Libc.Close(descriptor);
            descriptor = None;
        }
    }

    /// <summary>Waits for one of the entries; an interrupted wait returns with none.</summary>
    public static void Poll(Span<PollEntry> entries, TimeSpan atMost)
    {
        foreach (ref var entry in entries)
        {
            entry.Returned = 0;
        }

        fixed (PollEntry* start = entries)
        {
            var milliseconds = (int)Math.Clamp(Math.Ceiling(atMost.TotalMilliseconds), 0, int.MaxValue);
            if (Libc.Poll(start, (nuint)entries.Length, milliseconds) < 0 && LastError != Errno.Interrupted)
            {
                throw NativeException.Last("poll");
            }
        }
    }

    /// <summary>A pipe, close-on-exec.</summary>
    public static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, FileFlags.CloseOnExec) < 0)
        {
            throw NativeException.Last("pipe2");
        }

        return (ends[0], ends[1]);
    }

    /// <summary>Enlarges a pipe where the kernel lets it; anything else stays as it is.</summary>
    public static void Widen(int pipe) => _ = Libc.Control(pipe, FileFlags.SetPipeSize, RoomyPipe);

    /// <summary>Makes reads and writes return at once. The flag belongs to the open file, not to the descriptor.</summary>
    public static void SetNonBlocking(int descriptor)
    {
        var flags = Libc.Control(descriptor, FileFlags.GetStatus, 0);
        if (flags < 0 || Libc.Control(descriptor, FileFlags.SetStatus, flags | FileFlags.NonBlocking) < 0)
        {
            throw NativeException.Last("fcntl");
        }
    }

    /// <summary>What a symbolic link says, or null where it cannot be read.</summary>
    public static string? ReadLink(string path)
    {
        const int longest = 4096;
        var target = stackalloc byte[longest];
        fixed (byte* name = NullTerminated(path))
        {
            var length = Libc.ReadLink(name, target, longest);
            return length < 0 ? null : Encoding.UTF8.GetString(target, (int)length);
        }
    }

    private static byte[] NullTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');
}

using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Processes;

/// <summary>Reads /proc with one buffer and without strings: a node may run thousands of processes.</summary>
internal sealed unsafe class ProcFileSystem(string root = "/proc")
{
    private const int EntryLengthOffset = 16;
    private const int EntryNameOffset = 19;

    private readonly byte[] rootName = Encoding.UTF8.GetBytes(root + "/");
    private readonly byte[] buffer = new byte[64 * 1024];

    /// <summary>The process IDs there are now.</summary>
    public List<int> ProcessIds()
    {
        var ids = new List<int>(1024);
        var directory = Descriptor.Open(root, FileFlags.ReadOnly);
        if (directory < 0)
        {
            throw NativeException.Last("open " + root);
        }

        try
        {
            while (true)
            {
                int length;
                fixed (byte* start = buffer)
                {
                    length = (int)Libc.GetDirectoryEntries(directory, start, (nuint)buffer.Length);
                }

                if (length <= 0)
                {
                    return length == 0 ? ids : throw NativeException.Last("getdents64 " + root);
                }

                AddNumbers(buffer.AsSpan(0, length), ids);
            }
        }
        finally
        {
            Descriptor.Close(ref directory);
        }
    }

    /// <summary>
    /// A file of a process, cut after 64 KiB; empty where the process is gone or does not show it.
    /// Valid until the next call.
    /// </summary>
    public ReadOnlySpan<byte> Read(int pid, ReadOnlySpan<byte> name)
    {
        Span<byte> path = stackalloc byte[rootName.Length + 12 + name.Length];
        rootName.CopyTo(path);
        Utf8Formatter.TryFormat(pid, path[rootName.Length..], out var digits);
        var end = rootName.Length + digits;
        path[end++] = (byte)'/';
        name.CopyTo(path[end..]);
        path[end + name.Length] = 0;

        int descriptor;
        fixed (byte* start = path)
        {
            descriptor = Libc.Open(start, FileFlags.ReadOnly | FileFlags.CloseOnExec);
        }

        if (descriptor < 0)
        {
            return default;
        }

        // The kernel renders these files whole into one read.
        var got = Descriptor.Read(descriptor, buffer);
        Descriptor.Close(ref descriptor);
        return got > 0 ? buffer.AsSpan(0, (int)got) : default;
    }

    /// <summary>The process's stat fields, or null where it is gone.</summary>
    public ProcessStat? Stat(int pid) => ProcessStat.Parse(Read(pid, "stat"u8));

    private static void AddNumbers(ReadOnlySpan<byte> entries, List<int> ids)
    {
        while (entries.Length > EntryNameOffset)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(entries[EntryLengthOffset..]);
            var name = entries[EntryNameOffset..length];
            name = name[..name.IndexOf((byte)0)];
            if (Utf8Parser.TryParse(name, out int pid, out var digits) && digits == name.Length)
            {
                ids.Add(pid);
            }

            entries = entries[length..];
        }
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>A file of the target, held open as a place (O_PATH): nobody can put another in its stead.</summary>
internal sealed unsafe class TargetFile : IDisposable
{
    private const int EntryLengthOffset = 16;
    private const int EntryNameOffset = 19;
    private const int LongestLink = 4096;

    private readonly FileStatus status;
    private int descriptor;

    private TargetFile(int descriptor, FileStatus status) => (this.descriptor, this.status) = (descriptor, status);

    public FileStatus Status => status;

    /// <summary>Its path in the target, as the kernel names it.</summary>
    public string? Name => Descriptor.ReadLink($"/proc/self/fd/{descriptor}");

    /// <summary>The number of its mount, the first field of /proc/PID/mountinfo; null where the kernel does not tell.</summary>
    public int? Mount
    {
        get
        {
            const string label = "mnt_id:";
            var line = File.ReadLines($"/proc/self/fdinfo/{descriptor}").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
            return int.TryParse(line.AsSpan(line is null ? 0 : label.Length), out var number) ? number : null;
        }
    }

    /// <summary>Whether its file system shows the kernel's own state and no files that anybody keeps.</summary>
    public bool IsOfKernel
    {
        get
        {
            var buffer = stackalloc byte[256];
            return Libc.GetFileSystem(descriptor, buffer) == 0 && Array.IndexOf(KernelFileSystems, *(uint*)buffer) >= 0;
        }
    }

    // proc, sysfs, cgroup v1 and v2, devpts, debugfs, tracefs, securityfs, bpf, mqueue: statfs(2).
    private static readonly uint[] KernelFileSystems =
        [0x9FA0, 0x62656572, 0x27E0EB, 0x63677270, 0x1CD1, 0x64626720, 0x74726163, 0x73636673, 0xCAFE4A11, 0x19800202];

    /// <summary>Takes over a descriptor; an errno(3) number, or 0.</summary>
    public static int TryTake(int descriptor, out TargetFile? file)
    {
        var error = FileStatus.Read(descriptor, out var status);
        file = error == 0 ? new TargetFile(descriptor, status) : null;
        if (error != 0)
        {
            Descriptor.Close(ref descriptor);
        }

        return error;
    }

    /// <summary>Gives the descriptor away.</summary>
    public int Release()
    {
        var released = descriptor;
        descriptor = Descriptor.None;
        return released;
    }

    /// <summary>Opens what a directory holds under a name; a link is opened itself. An errno(3) number, or 0.</summary>
    public int TryOpenChild(byte[] name, out TargetFile? file)
    {
        file = null;
        fixed (byte* start = (byte[])[.. name, 0])
        {
            var opened = Libc.OpenAt(descriptor, start, OpenFlags.PathOnly | OpenFlags.NoFollow | FileFlags.CloseOnExec);
            return opened < 0 ? Descriptor.LastError : TryTake(opened, out file);
        }
    }

    /// <summary>Opens the content; never waits for it, and leaves the time of the last reading as it is where the kernel lets it. An errno(3) number, or 0.</summary>
    public int TryOpenForReading(out int content)
    {
        var path = $"/proc/self/fd/{descriptor}";
        const int flags = FileFlags.ReadOnly | FileFlags.NonBlocking | FileFlags.NoControllingTerminal;
        content = Descriptor.Open(path, flags | OpenFlags.NoAccessTime);
        if (content < 0 && Descriptor.LastError == Errno.NotPermitted)
        {
            content = Descriptor.Open(path, flags);
        }

        return content < 0 ? Descriptor.LastError : 0;
    }

    /// <summary>The names that a directory holds, but <c>.</c> and <c>..</c>, in order; an errno(3) number, or 0.</summary>
    public int TryReadNames(out List<byte[]> names)
    {
        names = [];
        var error = TryOpenForReading(out var content);
        if (error != 0)
        {
            return error;
        }

        var buffer = new byte[64 * 1024];
        while (true)
        {
            int length;
            fixed (byte* start = buffer)
            {
                length = (int)Libc.GetDirectoryEntries(content, start, (nuint)buffer.Length);
            }

            if (length <= 0)
            {
                error = length == 0 ? 0 : Descriptor.LastError;
                Descriptor.Close(ref content);
                names.Sort((left, right) => left.AsSpan().SequenceCompareTo(right));
                return error;
            }

            AddNames(buffer.AsSpan(0, length), names);
        }
    }

    /// <summary>Where a link leads; null for anything else.</summary>
    public string? LinkTarget()
    {
        if (status.Kind != 'l')
        {
            return null;
        }

        var target = stackalloc byte[LongestLink];
        fixed (byte* nothing = "\0"u8)
        {
            var length = Libc.ReadLinkAt(descriptor, nothing, target, LongestLink);
            return length < 0 ? null : FileNames.Text(new ReadOnlySpan<byte>(target, (int)length));
        }
    }

    /// <summary>The record for the client.</summary>
    public FileRecord ToRecord(string name, Accounts accounts) => status.ToRecord(name, accounts, LinkTarget());

    public void Dispose() => Descriptor.Close(ref descriptor);

    /// <summary>The words for an errno(3) number.</summary>
    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static void AddNames(ReadOnlySpan<byte> entries, List<byte[]> names)
    {
        while (entries.Length > EntryNameOffset)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(entries[EntryLengthOffset..]);
            var name = entries[EntryNameOffset..length];
            name = name[..name.IndexOf((byte)0)];
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(name.ToArray());
            }

            entries = entries[length..];
        }
    }
}

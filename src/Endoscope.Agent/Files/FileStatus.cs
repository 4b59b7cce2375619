using System.Runtime.InteropServices;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>struct statx of statx(2), as far as it is needed.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const int KindMask = 0xF000;

    [FieldOffset(16)]
    private uint links;

    [FieldOffset(20)]
    private uint user;

    [FieldOffset(24)]
    private uint group;

    [FieldOffset(28)]
    private ushort mode;

    [FieldOffset(32)]
    private ulong inode;

    [FieldOffset(40)]
    private long size;

    [FieldOffset(48)]
    private long blocks;

    [FieldOffset(112)]
    private long modifiedSeconds;

    [FieldOffset(120)]
    private uint modifiedNanoseconds;

    [FieldOffset(128)]
    private uint specialMajor;

    [FieldOffset(132)]
    private uint specialMinor;

    [FieldOffset(136)]
    private uint deviceMajor;

    [FieldOffset(140)]
    private uint deviceMinor;

    /// <summary>The letter of ls(1).</summary>
    public readonly char Kind => (mode & KindMask) switch
    {
        0x8000 => '-',
        0x4000 => 'd',
        0xA000 => 'l',
        0x2000 => 'c',
        0x6000 => 'b',
        0x1000 => 'p',
        0xC000 => 's',
        _ => '?',
    };

    /// <summary>The length in bytes.</summary>
    public readonly long Size => size;

    public readonly ulong Inode => inode;

    /// <summary>The file system's device.</summary>
    public readonly (uint Major, uint Minor) Device => (deviceMajor, deviceMinor);

    /// <summary>Whether it is an overlay's mark that a file of lower layers is deleted.</summary>
    public readonly bool IsWhiteout => Kind == 'c' && (specialMajor, specialMinor) == (0, 0);

    /// <summary>When it was last written, to 100 ns. Times that no calendar has are its first or last.</summary>
    public readonly DateTimeOffset Modified =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(
            modifiedSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds() - 1))
        + TimeSpan.FromTicks(modifiedNanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>Asks the kernel about an open file; an errno(3) number, or 0.</summary>
    public static unsafe int Read(int descriptor, out FileStatus status)
    {
        fixed (FileStatus* start = &status)
        fixed (byte* nothing = "\0"u8)
        {
            return Libc.GetFileStatus(descriptor, nothing, OpenFlags.EmptyPath | OpenFlags.NoAutomount, OpenFlags.BasicStatus, start) == 0
                ? 0
                : Descriptor.LastError;
        }
    }

    /// <summary>The record for the client.</summary>
    public readonly FileRecord ToRecord(string name, Accounts accounts, string? linkTarget) => new()
    {
        Name = name,
        Kind = Kind,
        Mode = mode & 0xFFF,
        Links = links,
        UserId = user,
        GroupId = group,
        User = accounts.User(user),
        Group = accounts.Group(group),
        Size = size,
        Allocated = blocks * 512,
        Modified = Modified,
        Inode = inode,
        Device = $"{deviceMajor}:{deviceMinor}",
        LinkTarget = linkTarget,
    };
}

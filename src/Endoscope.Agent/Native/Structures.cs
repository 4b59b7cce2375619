using System.Runtime.InteropServices;

namespace Endoscope.Agent.Native;

/// <summary>struct pollfd of poll(2); a negative descriptor is passed over.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    public int Descriptor;
    public short Events;
    public short Returned;

    /// <summary>Something can be read, or the other side is gone.</summary>
    public readonly bool CanRead => (Returned & (PollEvents.In | PollEvents.HangUp | PollEvents.Error)) != 0;

    /// <summary>Something can be written, or the other side is gone and a write will say so.</summary>
    public readonly bool CanWrite => (Returned & (PollEvents.Out | PollEvents.HangUp | PollEvents.Error)) != 0;

    /// <summary>Nobody reads on the other side: an error on a pipe, a hang-up on a socket.</summary>
    public readonly bool IsBroken => (Returned & (PollEvents.Error | PollEvents.HangUp | PollEvents.Invalid)) != 0;
}

internal static class PollEvents
{
    public const short In = 0x1;
    public const short Out = 0x4;
    public const short Error = 0x8;
    public const short HangUp = 0x10;
    public const short Invalid = 0x20;
}

/// <summary>struct timespec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    public long Seconds;
    public long Nanoseconds;
}

/// <summary>The part of siginfo_t that waitid(2) fills in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct ChildInfo
{
    [FieldOffset(16)]
    public int ProcessId;
}

/// <summary>struct winsize of ioctl_tty(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct WindowSize
{
    public ushort Rows;
    public ushort Columns;
    public ushort Width;
    public ushort Height;
}

/// <summary>struct ucred of unix(7).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PeerCredentials
{
    public int ProcessId;
    public uint UserId;
    public uint GroupId;
}

/// <summary>struct ifaddrs of getifaddrs(3).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InterfaceAddress
{
    public InterfaceAddress* Next;
    public byte* Name;
    public uint Flags;
    public byte* Address;
    public byte* Netmask;
    public byte* Other;
    public void* Data;
}

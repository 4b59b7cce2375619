using System.Runtime.InteropServices;

namespace Endoscope.Agent.Native;

/// <summary>Flags of open(2), openat2(2) and statx(2); those that differ from one architecture to another are asked of it.</summary>
internal static class OpenFlags
{
    public const int NoAccessTime = 0x40000;
    public const int PathOnly = 0x200000;

    public const ulong ResolveNoMagicLinks = 0x02;
    public const ulong ResolveNoLinks = 0x04;
    public const ulong ResolveBeneath = 0x08;
    public const ulong ResolveInRoot = 0x10;

    public const int NoAutomount = 0x800;
    public const int EmptyPath = 0x1000;
    public const uint BasicStatus = 0x7FF;

    public const int SeekEnd = 2;
    public const int SeekData = 3;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    public static int Directory { get; } = IsArm ? 0x4000 : 0x10000;

    public static int NoFollow { get; } = IsArm ? 0x8000 : 0x20000;
}

/// <summary>struct open_how of openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct OpenHow
{
    /// <summary>The number of the system call, the same on every architecture.</summary>
    public const nint SystemCall = 437;

    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}

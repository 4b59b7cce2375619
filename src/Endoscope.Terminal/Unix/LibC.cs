using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Unix;

/// <summary>The C library calls of this project; numbers are given where Linux and macOS agree, and chosen where they differ.</summary>
internal static unsafe partial class LibC
{
    /// <summary>More than <c>struct termios</c> takes anywhere (60 bytes on Linux, 72 on macOS).</summary>
    public const int TermiosSize = 128;

    /// <summary>A descriptor that is never open. Not -1, which poll(2) passes over.</summary>
    public const int NoDescriptor = int.MaxValue;

    public const int GetDescriptorFlags = 1;

    public const int Now = 0;
    public const int Drain = 1;

    public const int EINTR = 4;
    public static readonly int EAGAIN = OperatingSystem.IsLinux() ? 11 : 35;

    public const short PollIn = 1;
    public const short PollOut = 4;

    public static readonly int SigStop = OperatingSystem.IsLinux() ? 19 : 17;
    public static readonly int SigTstp = OperatingSystem.IsLinux() ? 20 : 18;

    private static readonly nuint GetWindowSize = OperatingSystem.IsLinux() ? 0x5413u : 0x40087468u;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsATerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    public static partial int GetAttributes(int descriptor, byte* termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    public static partial int SetAttributes(int descriptor, int when, byte* termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    public static partial void MakeRaw(byte* termios);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    public static partial int GetForegroundGroup(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int GetOwnGroup();

    [LibraryImport("libc", EntryPoint = "kill")]
    public static partial int Kill(int process, int signal);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "pipe", SetLastError = true)]
    public static partial int Pipe(int* descriptors);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    public static partial int FileControl(int descriptor, int command);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, void* argument);

    /// <summary>
    /// Apple's arm64 convention passes variadic arguments on the stack; six more fixed ones fill the registers before it.
    /// </summary>
    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int ControlOnAppleArm(
        int descriptor, nuint request, nint r2, nint r3, nint r4, nint r5, nint r6, nint r7, void* argument);

    /// <summary>The terminal's size, or null where it has none.</summary>
    public static WindowSize? WindowSizeOf(int descriptor)
    {
        var size = stackalloc ushort[4];
        var appleArm = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var result = appleArm
            ? ControlOnAppleArm(descriptor, GetWindowSize, 0, 0, 0, 0, 0, 0, size)
            : Control(descriptor, GetWindowSize, size);
        return result == 0 && size[0] > 0 && size[1] > 0 ? new WindowSize(Columns: size[1], Rows: size[0]) : null;
    }

    /// <summary>The failure of the last call, with the errno as its HResult.</summary>
    public static IOException LastFailure(string what)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }
}

using System.Runtime.InteropServices;

namespace Endoscope.Terminal.Windows;

/// <summary>The console calls of Windows that this project needs.</summary>
internal static unsafe partial class Kernel32
{
    public const int StandardInput = -10;
    public const int StandardOutput = -11;
    public const int StandardError = -12;

    public const uint ProcessedInput = 0x1;
    public const uint LineInput = 0x2;
    public const uint EchoInput = 0x4;
    public const uint VirtualTerminalInput = 0x200;
    public const uint VirtualTerminalProcessing = 0x4;
    public const uint Utf8 = 65001;

    [StructLayout(LayoutKind.Sequential)]
    public struct ScreenBufferInfo
    {
        public short SizeX, SizeY, CursorX, CursorY;
        public ushort Attributes;
        public short Left, Top, Right, Bottom, MaximumX, MaximumY;
    }

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    public static partial nint GetStandardHandle(int which);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleMode")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleMode", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetConsoleMode(nint handle, uint mode);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleScreenBufferInfo")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetScreenBufferInfo(nint handle, out ScreenBufferInfo info);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleOutputCP")]
    public static partial uint GetOutputCodePage();

    [LibraryImport("kernel32", EntryPoint = "SetConsoleOutputCP")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetOutputCodePage(uint codePage);

    [LibraryImport("kernel32", EntryPoint = "ReadFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadFile(nint handle, byte* buffer, uint count, out uint read, nint overlapped);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool WriteFile(nint handle, byte* buffer, uint count, out uint written, nint overlapped);

    /// <summary>The failure of the last call, with the Windows error code as its HResult.</summary>
    public static IOException LastFailure(string what)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {Marshal.GetPInvokeErrorMessage(code)}", code);
    }
}

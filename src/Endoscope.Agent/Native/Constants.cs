namespace Endoscope.Agent.Native;

/// <summary>Numbers of errno(3).</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoSuchProcess = 3;
    public const int Interrupted = 4;
    public const int NoSuchAddress = 6;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int AccessDenied = 13;
    public const int CrossDevice = 18;
    public const int NotImplemented = 38;
    public const int TooManyLinks = 40;
}

/// <summary>Numbers of signal(7); the same on every architecture .NET runs on.</summary>
internal static class Signals
{
    public const int HangUp = 1;
    public const int Kill = 9;
    public const int BrokenPipe = 13;
    public const int Terminate = 15;
    public const int Child = 17;
    public const int Continue = 18;
    public const int Last = 64;

    /// <summary>The handler SIG_IGN.</summary>
    public const nint Ignore = 1;
}

/// <summary>Flags of open(2), fcntl(2) and ioctl_tty(2).</summary>
internal static class FileFlags
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int NoControllingTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    public const int GetStatus = 3;
    public const int SetStatus = 4;
    public const int SetPipeSize = 1031;

    public const nuint GetTerminal = 0x5401;
    public const nuint SetTerminal = 0x5402;
    public const uint InputIsUtf8 = 0x4000;
    public const nuint SetWindowSize = 0x5414;
    public const nuint GetForegroundGroup = 0x540F;
    public const nuint GetPtyNumber = 0x80045430;
    public const nuint SetPtyLock = 0x40045431;
}

/// <summary>Requests of ptrace(2).</summary>
internal static class TraceRequests
{
    public const nint Continue = 7;
    public const nint Seize = 0x4206;
}

/// <summary>Options of waitpid(2) and waitid(2), prctl(2), posix_spawn(3), clock_gettime(2), sysconf(3).</summary>
internal static class ProcessFlags
{
    public const int WaitAny = 0;
    public const int WaitOne = 1;
    public const int NoHang = 1;
    public const int Exited = 4;
    public const int NoReap = 0x01000000;

    public const int SetChildSubreaper = 36;

    public const short SpawnSignalDefaults = 0x04;
    public const short SpawnSignalMask = 0x08;
    public const short SpawnSession = 0x80;

    public const int ClockRealTime = 0;
    public const int ClockBootTime = 7;
    public const int ClockTicks = 2;
}

using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>The agent's side of a pseudoterminal, and the name of the tool's.</summary>
internal static unsafe class Pseudoterminal
{
    /// <summary>Opens a pair; the caller owns both descriptors and closes the tool's once the tool holds it too.</summary>
    public static (int Master, int Slave, string SlavePath) Open(TerminalSize size)
    {
        var master = Descriptor.Open("/dev/ptmx", FileFlags.ReadWrite | FileFlags.NoControllingTerminal);
        if (master < 0)
        {
            throw NativeException.Last("open /dev/ptmx");
        }

        int unlocked = 0, number;
        if (Libc.DeviceControl(master, FileFlags.SetPtyLock, &unlocked) < 0 || Libc.DeviceControl(master, FileFlags.GetPtyNumber, &number) < 0)
        {
            throw NativeException.Last("ioctl /dev/ptmx");
        }

        var path = $"/dev/pts/{number}";
        var slave = Descriptor.Open(path, FileFlags.ReadWrite | FileFlags.NoControllingTerminal);
        if (slave < 0)
        {
            throw NativeException.Last("open " + path);
        }

        SpeakUtf8(slave);
        Resize(master, size);
        return (master, slave, path);
    }

    /// <summary>Sets the size; the kernel tells the foreground processes by SIGWINCH.</summary>
    public static void Resize(int master, TerminalSize size)
    {
        var window = new WindowSize { Columns = size.Columns, Rows = size.Rows };
        _ = Libc.DeviceControl(master, FileFlags.SetWindowSize, &window);
    }

    // So that erasing in the line discipline takes a whole character; the other defaults are the kernel's.
    private static void SpeakUtf8(int slave)
    {
        var settings = stackalloc uint[16];
        if (Libc.DeviceControl(slave, FileFlags.GetTerminal, settings) == 0)
        {
            settings[0] |= FileFlags.InputIsUtf8;
            _ = Libc.DeviceControl(slave, FileFlags.SetTerminal, settings);
        }
    }

    /// <summary>The foreground process group, or null where there is none.</summary>
    public static int? ForegroundGroup(int master)
    {
        int group;
        return Libc.DeviceControl(master, FileFlags.GetForegroundGroup, &group) == 0 && group > 0 ? group : null;
    }
}

using System.Runtime.InteropServices;
using Endoscope.Terminal.Unix;

namespace Endoscope.Terminal.Tests;

/// <summary>A pseudo-terminal of the system: the program's side as a descriptor, and the user's side.</summary>
internal sealed unsafe partial class PseudoTerminal : IDisposable
{
    private const int SetWindowSize = 0x5414;

    private readonly int master;

    public PseudoTerminal()
    {
        int masterEnd, slaveEnd;
        if (OpenPty(&masterEnd, &slaveEnd, null, null, null) != 0)
        {
            throw new IOException($"openpty: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        (master, Slave) = (masterEnd, slaveEnd);
    }

    public int Slave { get; }

    /// <summary>The line settings, as bytes to compare.</summary>
    public byte[] Settings
    {
        get
        {
            var settings = new byte[LibC.TermiosSize];
            fixed (byte* bytes = settings)
            {
                Assert.Equal(0, LibC.GetAttributes(Slave, bytes));
            }

            return settings;
        }
    }

    public void Type(string keys) => new DescriptorStream(master, "the keyboard", FileAccess.Write).Write(keys.Select(c => (byte)c).ToArray());

    public void Resize(int columns, int rows)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        Assert.Equal(0, Control(master, SetWindowSize, size));
    }

    public void Dispose()
    {
        _ = LibC.Close(Slave);
        _ = LibC.Close(master);
    }

    [LibraryImport("libc", EntryPoint = "openpty", SetLastError = true)]
    private static partial int OpenPty(int* master, int* slave, byte* name, void* termios, void* size);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int descriptor, nuint request, void* argument);
}

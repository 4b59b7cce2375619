using System.Runtime.InteropServices;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Tools;

/// <summary>
/// Everything posix_spawn(3) needs, in native memory, made beforehand: the thread that spawns has entered foreign
/// namespaces and should do nothing else.
/// </summary>
internal sealed unsafe class SpawnPlan : IDisposable
{
    // Larger than either opaque structure and than sigset_t in every C library.
    private const int OpaqueSize = 1024;

    private readonly void* actions = NativeMemory.AllocZeroed(OpaqueSize);
    private readonly void* attributes = NativeMemory.AllocZeroed(OpaqueSize);
    private readonly byte** argv;
    private readonly byte** environment;
    private byte* terminal;

    public SpawnPlan(IReadOnlyList<string> argv, IReadOnlyList<string> environment)
    {
        this.argv = Strings(argv);
        this.environment = Strings(environment);
        _ = Libc.InitFileActions(actions);
        _ = Libc.InitAttributes(attributes);

        // .NET ignores SIGPIPE and blocks signals in places; the tool starts as from a login shell, leading a session.
        var signals = stackalloc byte[OpaqueSize];
        _ = Libc.FillSignalSet(signals);
        _ = Libc.SetSignalDefaults(attributes, signals);
        _ = Libc.EmptySignalSet(signals);
        _ = Libc.SetSignalMask(attributes, signals);
        _ = Libc.SetFlags(attributes, ProcessFlags.SpawnSession | ProcessFlags.SpawnSignalDefaults | ProcessFlags.SpawnSignalMask);
    }

    /// <summary>Gives the tool three pipe ends and nothing else.</summary>
    public void UsePipes(int input, int output, int error)
    {
        _ = Libc.AddDuplicate(actions, input, 0);
        _ = Libc.AddDuplicate(actions, output, 1);
        _ = Libc.AddDuplicate(actions, error, 2);
        _ = Libc.AddCloseFrom(actions, 3);
    }

    /// <summary>Gives the tool a terminal and nothing else; opened by the session's leader it becomes the controlling one.</summary>
    public void UseTerminal(string path)
    {
        terminal = (byte*)Marshal.StringToCoTaskMemUTF8(path);
        _ = Libc.AddOpen(actions, 0, terminal, FileFlags.ReadWrite, 0);
        _ = Libc.AddDuplicate(actions, 0, 1);
        _ = Libc.AddDuplicate(actions, 0, 2);
        _ = Libc.AddCloseFrom(actions, 3);
    }

    /// <summary>Starts the tool; 0 or a number of errno(3).</summary>
    public int Spawn(out int processId)
    {
        int started = 0;
        var error = Libc.Spawn(&started, argv[0], actions, attributes, argv, environment);
        processId = started;
        return error;
    }

    public void Dispose()
    {
        _ = Libc.DestroyFileActions(actions);
        _ = Libc.DestroyAttributes(attributes);
        NativeMemory.Free(actions);
        NativeMemory.Free(attributes);
        Free(argv);
        Free(environment);
        Marshal.FreeCoTaskMem((nint)terminal);
    }

    private static byte** Strings(IReadOnlyList<string> texts)
    {
        var array = (byte**)NativeMemory.AllocZeroed((nuint)texts.Count + 1, (nuint)sizeof(byte*));
        for (var i = 0; i < texts.Count; i++)
        {
            array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return array;
    }

    private static void Free(byte** strings)
    {
        for (var one = strings; *one != null; one++)
        {
            Marshal.FreeCoTaskMem((nint)(*one));
        }

        NativeMemory.Free(strings);
    }
}

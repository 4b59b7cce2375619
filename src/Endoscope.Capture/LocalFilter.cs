using System.Runtime.InteropServices;

namespace Endoscope.Capture;

/// <summary>
/// Checks a capture filter with this machine's libpcap, which is there wherever Wireshark is. What it accepts the agent's will nearly always
/// accept, too; what it cannot know (names that only the cluster resolves) it says nothing of.
/// </summary>
public static unsafe class LocalFilter
{
    private const int Ethernet = 1;
    private const int LongestPacket = 256 * 1024;
    private const uint UnknownNetmask = 0xffffffff;

    private static readonly string[] Libraries = OperatingSystem.IsWindows() ? ["wpcap"]
        : OperatingSystem.IsMacOS() ? ["/usr/lib/libpcap.A.dylib", "libpcap.dylib"]
        : ["libpcap.so.0.8", "libpcap.so.1", "libpcap.so"];

    // Names are looked up where the filter is compiled, and here is not there.
    private static readonly string[] NamesNotKnownHere = ["unknown host", "unknown network", "unknown port", "unknown ether host"];

    private static readonly Lazy<Library?> Loaded = new(Load);

    /// <summary>Whether this machine has the library.</summary>
    public static bool IsAvailable => Loaded.Value is not null;

    /// <summary>What is wrong with a filter, in libpcap's words; null where nothing is, or nothing that can be known here.</summary>
    public static string? Check(string filter)
    {
        if (Loaded.Value is not { } library || filter.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        var handle = library.OpenDead(Ethernet, LongestPacket);
        if (handle == 0)
        {
            return null;
        }

        var text = Marshal.StringToCoTaskMemUTF8(filter);
        try
        {
            var program = default(BpfProgram);
            if (library.Compile(handle, &program, (byte*)text, 1, UnknownNetmask) == 0)
            {
                library.FreeCode(&program);
                return null;
            }

            var wrong = Marshal.PtrToStringUTF8((nint)library.GetError(handle)) ?? "the filter is wrong";
            return NamesNotKnownHere.Any(unknown => wrong.StartsWith(unknown, StringComparison.Ordinal)) ? null : wrong;
        }
        finally
        {
            Marshal.FreeCoTaskMem(text);
            library.Close(handle);
        }
    }

    private static Library? Load()
    {
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
            {
                return Library.Find(handle);
            }
        }

        return null;
    }

    /// <summary>A compiled filter, <c>struct bpf_program</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct BpfProgram
    {
        public uint Length;
        public void* Instructions;
    }

    /// <summary>The functions used.</summary>
    private sealed class Library
    {
        public required delegate* unmanaged<int, int, nint> OpenDead { get; init; }

        public required delegate* unmanaged<nint, BpfProgram*, byte*, int, uint, int> Compile { get; init; }

        public required delegate* unmanaged<nint, byte*> GetError { get; init; }

        public required delegate* unmanaged<BpfProgram*, void> FreeCode { get; init; }

        public required delegate* unmanaged<nint, void> Close { get; init; }

        public static Library? Find(nint handle) =>
            NativeLibrary.TryGetExport(handle, "pcap_open_dead", out var openDead)
            && NativeLibrary.TryGetExport(handle, "pcap_compile", out var compile)
            && NativeLibrary.TryGetExport(handle, "pcap_geterr", out var getError)
            && NativeLibrary.TryGetExport(handle, "pcap_freecode", out var freeCode)
            && NativeLibrary.TryGetExport(handle, "pcap_close", out var close)
                ? new Library
                {
                    OpenDead = (delegate* unmanaged<int, int, nint>)openDead,
                    Compile = (delegate* unmanaged<nint, BpfProgram*, byte*, int, uint, int>)compile,
                    GetError = (delegate* unmanaged<nint, byte*>)getError,
                    FreeCode = (delegate* unmanaged<BpfProgram*, void>)freeCode,
                    Close = (delegate* unmanaged<nint, void>)close,
                }
                : null;
    }
}

using System.Runtime.InteropServices;

namespace Endoscope.Agent.Native;

/// <summary>struct pcap_pkthdr; with nanosecond precision the second part of the time is in nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcapPacketHeader
{
    public long Seconds;
    public long Nanoseconds;
    public uint Captured;
    public uint Original;
}

/// <summary>struct pcap_stat.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcapCounters
{
    public uint Received;
    public uint Dropped;
    public uint DroppedByInterface;
}

/// <summary>struct bpf_program.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PcapFilter
{
    public uint Length;
    public nint Instructions;
}

/// <summary>The functions of libpcap, as their manual pages describe them.</summary>
internal static unsafe partial class Pcap
{
    public const int ErrorBuffer = 256;
    public const int NanosecondPrecision = 1;
    public const uint UnknownNetmask = uint.MaxValue;

    private const string Name = "libpcap.so.0.8";

    [LibraryImport(Name, EntryPoint = "pcap_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Create(string device, byte* error);

    [LibraryImport(Name, EntryPoint = "pcap_set_snaplen")]
    public static partial int SetSnapLength(nint handle, int bytes);

    [LibraryImport(Name, EntryPoint = "pcap_set_buffer_size")]
    public static partial int SetBufferSize(nint handle, int bytes);

    [LibraryImport(Name, EntryPoint = "pcap_set_timeout")]
    public static partial int SetTimeout(nint handle, int milliseconds);

    [LibraryImport(Name, EntryPoint = "pcap_set_promisc")]
    public static partial int SetPromiscuous(nint handle, int yes);

    [LibraryImport(Name, EntryPoint = "pcap_set_tstamp_precision")]
    public static partial int SetPrecision(nint handle, int precision);

    [LibraryImport(Name, EntryPoint = "pcap_activate")]
    public static partial int Activate(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_setnonblock")]
    public static partial int SetNonBlocking(nint handle, int yes, byte* error);

    [LibraryImport(Name, EntryPoint = "pcap_compile", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Compile(nint handle, PcapFilter* filter, string expression, int optimize, uint netmask);

    [LibraryImport(Name, EntryPoint = "pcap_setfilter")]
    public static partial int SetFilter(nint handle, PcapFilter* filter);

    [LibraryImport(Name, EntryPoint = "pcap_freecode")]
    public static partial void FreeFilter(PcapFilter* filter);

    [LibraryImport(Name, EntryPoint = "pcap_datalink")]
    public static partial int DataLink(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_get_selectable_fd")]
    public static partial int SelectableDescriptor(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_next_ex")]
    public static partial int Next(nint handle, PcapPacketHeader** header, byte** data);

    [LibraryImport(Name, EntryPoint = "pcap_stats")]
    public static partial int Statistics(nint handle, PcapCounters* counters);

    [LibraryImport(Name, EntryPoint = "pcap_geterr")]
    public static partial byte* Error(nint handle);

    [LibraryImport(Name, EntryPoint = "pcap_statustostr")]
    public static partial byte* StatusText(int status);

    [LibraryImport(Name, EntryPoint = "pcap_close")]
    public static partial void Close(nint handle);
}

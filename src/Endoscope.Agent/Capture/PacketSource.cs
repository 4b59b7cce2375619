using System.Runtime.InteropServices;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Capture;

/// <summary>An interface that is being captured, by libpcap. Opened within the target's network namespace; used from anywhere.</summary>
internal sealed unsafe class PacketSource : IDisposable
{
    // The kernel hands its blocks over when they are full, or after this time: no packet waits longer, and at a high rate one wake-up
    // brings hundreds. libpcap's immediate mode would keep the delay away too, but not the wake-up a packet.
    private const int BlockMilliseconds = 10;

    private const int RawDataLink = 12;
    private const int RawLinkType = 101;

    private readonly nint handle;
    private PcapCounters last;

    private PacketSource(nint handle) => this.handle = handle;

    /// <summary>To wait on until there is something to read.</summary>
    public int ReadyDescriptor { get; private set; }

    /// <summary>The LINKTYPE_ number of its packets.</summary>
    public int LinkType { get; private set; }

    /// <summary>Packets that passed the filter, by the kernel's count.</summary>
    public long Received { get; private set; }

    /// <summary>Packets that the kernel dropped because its buffer was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Begins to capture.</summary>
    /// <param name="device">The interface's name, or <c>any</c>.</param>
    /// <param name="bufferBytes">The kernel's buffer.</param>
    /// <exception cref="AgentException">libpcap refuses the filter or the interface; with its own words.</exception>
    public static PacketSource Open(string device, string? filter, int snapLength, int bufferBytes)
    {
        var error = stackalloc byte[Pcap.ErrorBuffer];
        var handle = Pcap.Create(device, error);
        if (handle == 0)
        {
            throw new AgentException(AgentErrorCode.Interface, $"{device}: {Text(error)}");
        }

        var source = new PacketSource(handle);
        try
        {
            source.Activate(device, snapLength, bufferBytes);
            source.SetFilter(filter);
            if (Pcap.SetNonBlocking(handle, 1, error) < 0)
            {
                throw new AgentException(AgentErrorCode.Internal, $"{device}: {Text(error)}");
            }

            var link = Pcap.DataLink(handle);
            source.LinkType = link == RawDataLink ? RawLinkType : link;
            source.ReadyDescriptor = Pcap.SelectableDescriptor(handle);
            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The next packet, if there is one now; its bytes are valid until the next call.</summary>
    /// <exception cref="AgentException">There will be none any more: the interface is gone.</exception>
    public bool TryRead(out long time, out int originalLength, out ReadOnlySpan<byte> data)
    {
        PcapPacketHeader* header;
        byte* bytes;
        (time, originalLength) = (0, 0);
        data = default;
        switch (Pcap.Next(handle, &header, &bytes))
        {
            case 1:
                time = (header->Seconds * 1_000_000_000) + header->Nanoseconds;
                originalLength = (int)header->Original;
                data = new ReadOnlySpan<byte>(bytes, (int)header->Captured);
                return true;
            case 0:
                return false;
            default:
                throw new AgentException(AgentErrorCode.Interface, Text(Pcap.Error(handle)));
        }
    }

    /// <summary>Brings the counters up to date; libpcap's have 32 bits and begin again.</summary>
    public void Count()
    {
        PcapCounters now;
        if (Pcap.Statistics(handle, &now) == 0)
        {
            Received += now.Received - last.Received;
            Dropped += now.Dropped - last.Dropped;
            last = now;
        }
    }

    public void Dispose() => Pcap.Close(handle);

    private void Activate(string device, int snapLength, int bufferBytes)
    {
        _ = Pcap.SetSnapLength(handle, snapLength);
        _ = Pcap.SetBufferSize(handle, bufferBytes);
        _ = Pcap.SetTimeout(handle, BlockMilliseconds);

        // What is not for the pod does not reach its interface; and a pod must not notice that it is looked at.
        _ = Pcap.SetPromiscuous(handle, 0);
        _ = Pcap.SetPrecision(handle, Pcap.NanosecondPrecision);
        var status = Pcap.Activate(handle);
        if (status < 0)
        {
            var words = Text(Pcap.Error(handle));
            throw new AgentException(AgentErrorCode.Interface, $"{device}: {Text(Pcap.StatusText(status))}{(words.Length > 0 ? $" ({words})" : "")}");
        }
    }

    private void SetFilter(string? filter)
    {
        PcapFilter program;
        if (filter is null)
        {
            return;
        }

        if (Pcap.Compile(handle, &program, filter, 1, Pcap.UnknownNetmask) < 0)
        {
            throw new AgentException(AgentErrorCode.Filter, $"the filter '{filter}' is wrong: {Text(Pcap.Error(handle))}");
        }

        var result = Pcap.SetFilter(handle, &program);
        Pcap.FreeFilter(&program);
        if (result < 0)
        {
            throw new AgentException(AgentErrorCode.Filter, $"the filter '{filter}' cannot be used: {Text(Pcap.Error(handle))}");
        }

        // The kernel has counted what came between activation and filter, all of it.
        PcapCounters before;
        last = Pcap.Statistics(handle, &before) == 0 ? before : last;
    }

    private static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}

namespace Endoscope.Protocol;

/// <summary>Asks to capture the packets of the target's pod, and of those that join by <see cref="FrameType.CaptureTarget"/>; ends by a signal.</summary>
public sealed record CaptureRequest : AgentRequest
{
    private static readonly string[] RealInterfaces = [];

    /// <summary>A filter in libpcap's language (pcap-filter(7)), or null for every packet.</summary>
    public string? Filter { get; init; }

    /// <summary>The interfaces by name (<c>any</c> is all in one); none: all that are up, but loopback; of a node those with an address.</summary>
    public IReadOnlyList<string> Interfaces { get; init => field = value ?? RealInterfaces; } = RealInterfaces;

    /// <summary>The most bytes kept of one packet.</summary>
    public required int SnapLength { get; init; }

    /// <summary>The kernel's buffers for all interfaces together, in bytes; each gets a fair part.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>Whether the pod has its node's network: told to an agent in the pod, which cannot see that (<see cref="AgentRequest.InPod"/>).</summary>
    public bool HostNetwork { get; init; }

    /// <summary>Left out where a pod has its node's network: the kubelet's port, over which the capture itself travels.</summary>
    public required int KubeletPort { get; init; }
}

/// <summary>One more pod for a capture that runs. The request's own target has the key 0.</summary>
public sealed record CaptureTarget
{
    /// <summary>The client's number for the pod.</summary>
    public required int Key { get; init; }

    /// <summary>See <see cref="AgentRequest.ContainerId"/>.</summary>
    public string? ContainerId { get; init; }

    /// <summary>See <see cref="AgentRequest.PodUid"/>.</summary>
    public string? PodUid { get; init; }
}

/// <summary>An interface whose packets follow.</summary>
public sealed record CaptureInterfaceEvent
{
    /// <summary>Its number in this session, from 0 in order of appearance.</summary>
    public required int Interface { get; init; }

    /// <summary>The key of the pod it belongs to.</summary>
    public required int Target { get; init; }

    /// <summary>Its name in the pod, such as <c>eth0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What its packets begin with: a LINKTYPE_ number of the pcapng registry.</summary>
    public required int LinkType { get; init; }

    /// <summary>The filter in force, or null.</summary>
    public string? Filter { get; init; }

    /// <summary>Its addresses, each with its prefix length: <c>10.0.0.7/24</c>.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Its hardware address as twelve hexadecimal digits, or null.</summary>
    public string? HardwareAddress { get; init; }

    /// <summary>Whether it is the node's: the capture's own traffic is then left out.</summary>
    public bool IsOfNode { get; init; }
}

/// <summary>The counters of a capture.</summary>
public sealed record CaptureStatisticsEvent
{
    /// <summary>The agent's clock, in nanoseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>Those of every interface that there was.</summary>
    public required IReadOnlyList<InterfaceCounters> Interfaces { get; init; }
}

/// <summary>What became of an interface's packets.</summary>
/// <param name="Interface">Its number in this session.</param>
/// <param name="Received">Packets that passed the filter, as the kernel counts them.</param>
/// <param name="Dropped">Those of them that the kernel dropped because its buffer was full.</param>
/// <param name="Sent">Packets sent to the client.</param>
public sealed record InterfaceCounters(int Interface, long Received, long Dropped, long Sent);

/// <summary>A pod or an interface that is not captured, or no longer.</summary>
public sealed record CaptureLossEvent
{
    /// <summary>The pod's key.</summary>
    public required int Target { get; init; }

    /// <summary>The interface, or null where the pod could not be captured at all.</summary>
    public int? Interface { get; init; }

    /// <summary>Why.</summary>
    public required AgentError Error { get; init; }
}

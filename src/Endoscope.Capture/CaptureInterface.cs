using System.Net;

namespace Endoscope.Capture;

/// <summary>What a file says of an interface whose packets it holds.</summary>
public sealed record CaptureInterface
{
    /// <summary>Its name, such as <c>shop/web-0:eth0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What its packets begin with: a LINKTYPE_ number.</summary>
    public required int LinkType { get; init; }

    /// <summary>The most bytes kept of a packet.</summary>
    public required int SnapLength { get; init; }

    /// <summary>A line about it for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>The filter in force, or null.</summary>
    public string? Filter { get; init; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<IPNetworkAddress> Addresses { get; init; } = [];

    /// <summary>Its hardware address, six bytes; empty where it has none. Tells which packets it sent.</summary>
    public ReadOnlyMemory<byte> HardwareAddress { get; init; }

    /// <summary>A remark, or null.</summary>
    public string? Comment { get; init; }
}

/// <summary>An address of an interface with the length of its network's prefix.</summary>
public readonly record struct IPNetworkAddress(IPAddress Address, int PrefixLength)
{
    /// <summary>Reads <c>10.0.0.7/24</c>; null where it is none.</summary>
    public static IPNetworkAddress? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPAddress.TryParse(text.AsSpan(0, slash), out var address) && byte.TryParse(text.AsSpan(slash + 1), out var prefix)
            && prefix <= (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 32 : 128)
            ? new IPNetworkAddress(address, prefix)
            : null;
    }
}

/// <summary>The counters of an interface.</summary>
/// <param name="Received">Packets that passed the filter.</param>
/// <param name="Dropped">Those of them that were dropped for want of room.</param>
/// <param name="Delivered">Those that were delivered.</param>
public sealed record InterfaceStatistics(long Received, long Dropped, long Delivered);

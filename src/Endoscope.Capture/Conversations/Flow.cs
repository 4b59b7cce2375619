using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Conversations;

/// <summary>Whose packets belong together, as they are at one place; on the way a Service may change it.</summary>
/// <param name="First">The source's port; of an ICMP echo its identifier.</param>
/// <param name="Second">The destination's port; of an ICMP echo its sequence number.</param>
public readonly record struct Flow(AddressKey Source, AddressKey Destination, byte Protocol, ushort First, ushort Second)
{
    /// <summary>That of the answers to it.</summary>
    public Flow Answer => IsEcho ? new Flow(Destination, Source, Protocol, First, Second) : new Flow(Destination, Source, Protocol, Second, First);

    /// <summary>That of the whole conversation: of an echo the one of all with its identifier.</summary>
    public Flow Whole => IsEcho ? this with { Second = 0 } : this;

    private bool IsEcho => Protocol is IpProtocol.Icmp or IpProtocol.Icmp6;
}

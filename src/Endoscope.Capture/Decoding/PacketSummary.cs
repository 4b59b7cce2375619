namespace Endoscope.Capture.Decoding;

/// <summary>One of the two that a packet goes between.</summary>
/// <param name="Address">Its IP address, or null.</param>
/// <param name="Port">Its port, or null.</param>
/// <param name="Hardware">Its hardware address where there is none of IP.</param>
public sealed record PacketParty(AddressKey? Address, int? Port = null, string? Hardware = null);

/// <summary>What is in a packet, in a line. Its texts are printable ASCII, whatever the packet holds, but for the names that were passed in.</summary>
public sealed record PacketSummary
{
    /// <summary>Who sent it.</summary>
    public required PacketParty Source { get; init; }

    /// <summary>Whom it is for.</summary>
    public required PacketParty Destination { get; init; }

    /// <summary>The highest protocol that was recognized.</summary>
    public required string Protocol { get; init; }

    /// <summary>What it says.</summary>
    public required string Info { get; init; }
}

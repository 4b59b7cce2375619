using System.Text.Json.Serialization;
using Endoscope.Capture;
using Endoscope.Capture.Decoding;

namespace Endoscope.Cli.Capture;

/// <summary>A line of <c>scope capture --decode -o json</c>.</summary>
/// <param name="Time">With nanoseconds, in UTC.</param>
/// <param name="Direction"><c>in</c>, <c>out</c>, or nothing where nobody knows.</param>
/// <param name="Protocol">The highest protocol that was recognized.</param>
/// <param name="Length">On the wire, in bytes.</param>
internal sealed record PacketDocument(
    string Time, string Interface, string? Direction, PartyDocument Source, PartyDocument Destination, string Protocol, string Info, int Length)
{
    /// <param name="find">The name of an address, or null.</param>
    public static PacketDocument From(in Packet packet, string captureInterface, PacketDirection direction, PacketSummary summary, Func<AddressKey, string?> find) => new(
        PacketLine.Instant(packet.Time),
        captureInterface,
        PacketLine.Word(direction),
        PartyDocument.From(summary.Source, find),
        PartyDocument.From(summary.Destination, find),
        summary.Protocol,
        summary.Info,
        packet.OriginalLength);
}

/// <summary>One of the two that a packet goes between; what it does not have is left out.</summary>
internal sealed record PartyDocument(string? Address, int? Port, string? Name, string? Hardware)
{
    public static PartyDocument From(PacketParty party, Func<AddressKey, string?> find) =>
        new(party.Address?.ToAddress().ToString(), party.Port, party.Address is { } address ? find(address) : null, party.Hardware);
}

/// <summary>How packets become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PacketDocument))]
internal sealed partial class PacketJson : JsonSerializerContext;

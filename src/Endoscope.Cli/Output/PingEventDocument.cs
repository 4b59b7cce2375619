using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Output;

/// <summary>One thing that happened, a line of <c>scope ping -c0 -o json</c>.</summary>
internal sealed record PingEventDocument
{
    /// <summary><c>answer</c>, <c>duplicate</c>, <c>timeout</c>, <c>notSent</c>, <c>icmpError</c>, <c>came</c>, <c>addressChanged</c>, <c>left</c> or <c>notice</c>.</summary>
    public required string Type { get; init; }

    public DateTimeOffset? At { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Address { get; init; }

    public string? Node { get; init; }

    /// <summary>The round of the run, from 0.</summary>
    public long? Sequence { get; init; }

    public double? RoundTripMilliseconds { get; init; }

    public int? Bytes { get; init; }

    /// <summary>What an ICMP error, a notice, or a destination that cannot be pinged says.</summary>
    public string? Message { get; init; }

    /// <summary>Who sent an ICMP error.</summary>
    public string? From { get; init; }

    /// <summary>What the change is in a script's words.</summary>
    public static PingEventDocument For(PingChange change) => change switch
    {
        Answered a => Of("answer", a.Destination, a.Sequence, a.At, a.RoundTrip) with { Bytes = a.Bytes },
        AnsweredAgain a => Of("duplicate", a.Destination, a.Sequence, a.At, a.RoundTrip),
        TimedOut t => Of("timeout", t.Destination, t.Sequence, t.At),
        NotSent n => Of("notSent", n.Destination, n.Sequence),
        ErrorReceived e => Of("icmpError", e.Destination) with { Message = e.Kind, From = e.From },
        Came c => Of("came", c.Destination) with { Message = c.Destination.Reason },
        AddressChanged c => Of("addressChanged", c.Destination) with { Message = c.Destination.Reason },
        Left l => Of("left", l.Destination) with { Message = l.Destination.Reason },
        Notice n => new PingEventDocument { Type = "notice", Message = n.Text },
        _ => throw new ArgumentOutOfRangeException(nameof(change)),
    };

    private static PingEventDocument Of(
        string type, PingDestination destination, long? sequence = null, DateTimeOffset? at = null, TimeSpan? roundTrip = null)
    {
        return new PingEventDocument
        {
            Type = type,
            At = at,
            Kind = PingDocument.KindOf(destination),
            Namespace = PingDocument.NamespaceOf(destination),
            Name = destination.Target.Name,
            Address = destination.LastAddress?.ToString(),
            Node = destination.Node,
            Sequence = sequence,
            RoundTripMilliseconds = roundTrip is { } time ? PingDocument.Milliseconds(time) : null,
        };
    }
}

namespace Endoscope.Cli.Ping;

/// <summary>Something that happened on the board, for a view to show.</summary>
internal abstract record PingChange;

/// <summary>A probe was answered. The sequence counts the rounds of the whole run, from 0.</summary>
internal sealed record Answered(PingDestination Destination, long Sequence, TimeSpan RoundTrip, DateTimeOffset? At, int Bytes) : PingChange;

/// <summary>A probe was answered once more.</summary>
internal sealed record AnsweredAgain(PingDestination Destination, long Sequence, TimeSpan RoundTrip, DateTimeOffset? At) : PingChange;

/// <summary>A probe was not answered in time.</summary>
internal sealed record TimedOut(PingDestination Destination, long Sequence, DateTimeOffset? At) : PingChange;

/// <summary>A probe was refused by the source's kernel.</summary>
internal sealed record NotSent(PingDestination Destination, long Sequence) : PingChange;

/// <summary>An ICMP error came back.</summary>
internal sealed record ErrorReceived(PingDestination Destination, string Kind, string From) : PingChange;

/// <summary>A destination came while the run was going on.</summary>
internal sealed record Came(PingDestination Destination) : PingChange;

/// <summary>A destination's address is another, or was lost.</summary>
internal sealed record AddressChanged(PingDestination Destination) : PingChange;

/// <summary>A destination is no more.</summary>
internal sealed record Left(PingDestination Destination) : PingChange;

/// <summary>Something else to be said.</summary>
internal sealed record Notice(string Text, bool IsFailure) : PingChange;

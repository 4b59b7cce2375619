using System.Net;

namespace Endoscope.Cli.Ping;

/// <summary>What one line of fping says.</summary>
internal abstract record PingEvent;

/// <summary>An answer came.</summary>
/// <param name="Address">Who was asked.</param>
/// <param name="Sequence">The probe's number since this fping started, from 0.</param>
/// <param name="RoundTrip">From sending to receiving, by the kernel's clock where it gives one.</param>
/// <param name="At">When it was received, by the node's clock; null without fping's <c>-D</c>.</param>
/// <param name="Bytes">The ICMP message's length.</param>
internal sealed record PingAnswer(IPAddress Address, int Sequence, TimeSpan RoundTrip, DateTimeOffset? At, int Bytes) : PingEvent;

/// <summary>No answer came in time; one that comes later is not reported.</summary>
internal sealed record PingTimeout(IPAddress Address, int Sequence, DateTimeOffset? At) : PingEvent;

/// <summary>A router or host on the way answered with an ICMP error. The probe's timeout follows.</summary>
/// <param name="Address">Who was asked.</param>
/// <param name="Kind">What the error says, such as <c>Host Unreachable</c>.</param>
/// <param name="From">Who said it.</param>
internal sealed record PingError(IPAddress Address, string Kind, string From) : PingEvent;

/// <summary>fping's own count for one address, printed when it ends. The only trace of a probe that could not be sent.</summary>
internal sealed record PingTotals(IPAddress Address, int Sent, int Received) : PingEvent;

/// <summary>Another fping begins, with a new ICMP id and its numbers from 0.</summary>
internal sealed record PingBatch : PingEvent;

/// <summary>Any other text of fping.</summary>
/// <param name="Text">The line as it came; not yet escaped.</param>
/// <param name="IsFailure">Whether fping cannot do its work for it; <see cref="Text"/> then says what is missing.</param>
internal sealed record PingMessage(string Text, bool IsFailure) : PingEvent;

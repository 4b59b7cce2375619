using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Conversations;

/// <summary>One of the two between whom a conversation is.</summary>
public enum Side
{
    /// <summary>The one named first.</summary>
    First,

    /// <summary>The other.</summary>
    Second,
}

/// <summary>What became of a packet.</summary>
public enum Fate
{
    /// <summary>It was received.</summary>
    Arrived,

    /// <summary>It was sent, and not received in time.</summary>
    Lost,

    /// <summary>It was sent, not received, and somebody on the way said so.</summary>
    Refused,

    /// <summary>It was received, and its receiver sent no answer in time.</summary>
    Unanswered,
}

/// <summary>A packet as its sender's capture shows it.</summary>
public sealed record SentPacket
{
    /// <summary>Who sent it.</summary>
    public required Side From { get; init; }

    /// <summary>The number of the interface that it left by.</summary>
    public required int Interface { get; init; }

    /// <summary>When, in nanoseconds since 1970.</summary>
    public required long Time { get; init; }

    /// <summary>What is in it.</summary>
    public required PacketSummary Summary { get; init; }

    /// <summary>Whether TCP had sent all of it before.</summary>
    public bool IsRetransmission { get; init; }

    internal SeenPacket Seen { get; init; }

    internal SequenceSpan? Missing { get; init; }

    internal bool ExpectsAnswer { get; init; }

    internal Arrival? Arrival { get; set; }

    internal bool IsJudged { get; set; }
}

/// <summary>What is known of a packet.</summary>
/// <param name="ArrivedAt">When it was received, in nanoseconds since 1970 by the receiver's corrected clock; null where it was not.</param>
/// <param name="ArrivedBy">The number of the interface that received it, likewise.</param>
/// <param name="IsUncertain">Whether the kernel dropped packets of the capture meanwhile, so that this may only not have been seen.</param>
/// <param name="Because">What somebody on the way said, or null.</param>
public sealed record Verdict(Fate Fate, SentPacket Packet, long? ArrivedAt, int? ArrivedBy, bool IsUncertain, PacketSummary? Because);

/// <summary>Counts of the packets of one direction.</summary>
public sealed record ConversationTally
{
    /// <summary>Packets sent.</summary>
    public long Sent { get; set; }

    /// <summary>Those that arrived.</summary>
    public long Arrived { get; set; }

    /// <summary>Those that were lost.</summary>
    public long Lost { get; set; }

    /// <summary>Those that somebody on the way refused.</summary>
    public long Refused { get; set; }

    /// <summary>Those that were not seen to arrive while the capture there was dropping packets.</summary>
    public long NotSeen { get; set; }

    /// <summary>Those that nothing can be said of: still on their way at the end, or more than could be remembered.</summary>
    public long Undecided { get; set; }

    /// <summary>Packets received that nobody was seen to send, such as those on their way at the beginning.</summary>
    public long Unsent { get; set; }

    /// <summary>Packets that arrived and were answered by the receiver.</summary>
    public long Answered { get; set; }

    /// <summary>Packets that arrived and were not answered.</summary>
    public long Unanswered { get; set; }

    /// <summary>Those of whose answer nothing can be said.</summary>
    public long AnswerUnknown { get; set; }
}

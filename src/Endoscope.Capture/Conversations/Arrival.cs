namespace Endoscope.Capture.Conversations;

/// <summary>A packet as its receiver's capture shows it.</summary>
internal sealed class Arrival(SeenPacket seen, long time, int captureInterface)
{
    public SeenPacket Seen => seen;

    /// <summary>In nanoseconds since 1970.</summary>
    public long Time => time;

    public int Interface => captureInterface;

    /// <summary>Of a TCP segment: what nobody is known to have sent yet.</summary>
    public SequenceSpan? Unclaimed { get; } = seen.Role == PacketRole.Segment ? new SequenceSpan(seen.Sequence, seen.SequenceLength) : null;

    /// <summary>Whether its packet was found, or is looked for no longer.</summary>
    public bool IsOver { get; set; }
}

namespace Endoscope.Capture.Conversations;

/// <summary>Which packets are of the conversation: those between addresses of both ends, and those of a flow of which a packet was seen at both.</summary>
internal sealed class Membership
{
    private const int MostFlows = 16_384;

    private readonly HashSet<AddressKey>[] addresses = [[], []];
    private readonly Generations<Flow, bool> learned = new(MostFlows);

    public void Add(Side side, AddressKey address) => addresses[(int)side].Add(address);

    public bool IsOf(Side side, AddressKey address) => addresses[(int)side].Contains(address);

    /// <summary>Takes both directions of a flow for a part of it.</summary>
    public void Learn(Flow flow)
    {
        learned.Set(flow.Whole, true);
        learned.Set(flow.Answer.Whole, true);
    }

    public bool Includes(Side from, Flow flow) =>
        (IsOf(from, flow.Source) && IsOf(1 - from, flow.Destination)) || learned.TryGet(flow.Whole, out _);
}

using System.Net;

namespace Endoscope.Cli.Ping;

/// <summary>
/// The state of a run: the destinations, which come, go and change their address, and what became of every probe.
/// Each change is returned for a view to show. Whoever reads it beside the one who changes it holds <see cref="Gate"/>.
/// </summary>
internal sealed class PingBoard(PingRun run)
{
    private readonly List<PingDestination> destinations = [];
    private readonly Dictionary<IPAddress, List<PingDestination>> byAddress = [];

    // Those that are not gone.
    private readonly Dictionary<PingTarget, PingDestination> byTarget = [];

    // Probes of one destination that may be under way at once: one timeout's worth, and one just sent.
    private readonly int underWay = 1 + (int)Math.Ceiling(run.Timeout / run.Interval);
    private readonly List<PingTotals> totals = [];
    private long batchStart;
    private bool isStopped;

    /// <summary>Held by every method here, and by whoever reads several things that must fit together.</summary>
    public Lock Gate { get; } = new();

    public PingRun Run => run;

    /// <summary>All destinations in the order they came, those gone included.</summary>
    public IReadOnlyList<PingDestination> Destinations => destinations;

    /// <summary>The number in the run of the latest round heard of, or -1.</summary>
    public long LatestSequence { get; private set; } = -1;

    /// <summary>The addresses to ping now, each once.</summary>
    public IReadOnlyCollection<IPAddress> Addresses
    {
        get
        {
            lock (Gate)
            {
                return [.. byAddress.Keys];
            }
        }
    }

    /// <summary>Whether every destination answered every probe; what the exit code says.</summary>
    public bool IsFlawless
    {
        get
        {
            lock (Gate)
            {
                return destinations.TrueForAll(destination => destination.IsFlawless || (destination.IsGone && destination.Statistics.Sent == 0));
            }
        }
    }

    /// <summary>Adds a destination, with a reason where it has no address.</summary>
    public Came Add(PingTarget target, string? node, IPAddress? address, string? reason = null)
    {
        lock (Gate)
        {
            var destination = new PingDestination(target) { Node = node, Reason = reason };
            destinations.Add(destination);
            byTarget[target] = destination;
            Assign(destination, address);
            return new Came(destination);
        }
    }

    /// <summary>The destination of that name which is not gone, or null.</summary>
    public PingDestination? Find(PingTarget target)
    {
        lock (Gate)
        {
            return byTarget.GetValueOrDefault(target);
        }
    }

    /// <summary>Gives a destination another address, or none and a reason. Null where nothing changed.</summary>
    public AddressChanged? SetAddress(PingDestination destination, string? node, IPAddress? address, string? reason = null)
    {
        lock (Gate)
        {
            if (Equals(destination.Address, address) && destination.Node == node && destination.Reason == reason)
            {
                return null;
            }

            Unassign(destination);
            destination.Node = node;
            destination.Reason = reason;
            Assign(destination, address);
            return new AddressChanged(destination);
        }
    }

    /// <summary>Takes a destination out of the run; what is known of it stays.</summary>
    public Left Remove(PingDestination destination, string? reason = null)
    {
        lock (Gate)
        {
            Unassign(destination);
            byTarget.Remove(destination.Target);
            destination.IsGone = true;
            destination.Reason = reason;
            return new Left(destination);
        }
    }

    /// <summary>Says that an fping is being started for <see cref="Addresses"/>, whose numbers begin at 0; the one before has ended.</summary>
    public void BeginBatch()
    {
        lock (Gate)
        {
            isStopped = false;
            batchStart = LatestSequence + 1;
            foreach (var destination in destinations.Where(destination => destination.FirstSequence == PingDestination.NotProbed))
            {
                destination.FirstSequence = batchStart;
            }
        }
    }

    /// <summary>Says that fping is being interrupted: probes then under way are neither answered nor lost.</summary>
    public void Stop()
    {
        lock (Gate)
        {
            isStopped = true;
        }
    }

    /// <summary>Says that fping has ended and all its output was applied; only then do its totals tell which probes were never sent.</summary>
    public IReadOnlyList<PingChange> EndBatch()
    {
        lock (Gate)
        {
            var changes = new List<PingChange>();
            foreach (var total in totals)
            {
                var end = batchStart + total.Sent - (isStopped ? underWay : 0);
                At(total.Address).ForEach(destination => SettleUnsent(destination, batchStart, end, changes));
                LatestSequence = Math.Max(LatestSequence, end - 1);
            }

            totals.Clear();
            return changes;
        }
    }

    /// <summary>Takes what fping said.</summary>
    public IReadOnlyList<PingChange> Apply(PingEvent said)
    {
        lock (Gate)
        {
            var changes = new List<PingChange>();
            switch (said)
            {
                case PingBatch:
                    changes.AddRange(EndBatch());
                    BeginBatch();
                    break;
                case PingMessage message:
                    changes.Add(new Notice(message.Text, message.IsFailure));
                    break;
                case PingAnswer answer:
                    Advance(batchStart + answer.Sequence, changes);
                    changes.AddRange(At(answer.Address).Select(destination => Settle(destination, answer)));
                    break;
                case PingTimeout timeout:
                    Advance(batchStart + timeout.Sequence, changes);
                    At(timeout.Address).ForEach(destination => Settle(destination, timeout, changes));
                    break;
                case PingError error:
                    foreach (var destination in At(error.Address))
                    {
                        destination.CountError(error.Kind, error.From);
                        changes.Add(new ErrorReceived(destination, error.Kind, error.From));
                    }

                    break;
                case PingTotals total:
                    totals.Add(total);
                    break;
            }

            return changes;
        }
    }

    private PingChange Settle(PingDestination destination, PingAnswer answer)
    {
        var sequence = batchStart + answer.Sequence;
        if (destination.History.IsForgotten(sequence) || destination.History[sequence].Fate is ProbeFate.Answered or ProbeFate.Lost)
        {
            destination.Statistics.CountDuplicate();
            return new AnsweredAgain(destination, sequence, answer.RoundTrip, answer.At);
        }

        TakeBackUnsent(destination, sequence);
        destination.Statistics.CountAnswer(answer.RoundTrip);
        destination.History.Set(sequence, new ProbeSample(ProbeFate.Answered, answer.RoundTrip));
        return new Answered(destination, sequence, answer.RoundTrip, answer.At, answer.Bytes);
    }

    private void Settle(PingDestination destination, PingTimeout timeout, List<PingChange> changes)
    {
        var sequence = batchStart + timeout.Sequence;
        if (destination.History.IsForgotten(sequence) || destination.History[sequence].Fate is ProbeFate.Answered or ProbeFate.Lost)
        {
            return;
        }

        TakeBackUnsent(destination, sequence);
        destination.Statistics.CountLoss();
        destination.History.Set(sequence, new ProbeSample(ProbeFate.Lost, default));
        changes.Add(new TimedOut(destination, sequence, timeout.At));
    }

    private static void TakeBackUnsent(PingDestination destination, long sequence)
    {
        if (destination.History[sequence].Fate == ProbeFate.Unsent)
        {
            destination.Statistics.TakeBackUnsent();
        }
    }

    /// <summary>
    /// A new round was heard of. fping says nothing of a probe that the kernel refuses, so one that is still open long after others of
    /// its round, or of later ones, were settled was never sent.
    /// </summary>
    private void Advance(long sequence, List<PingChange> changes)
    {
        if (sequence <= LatestSequence)
        {
            return;
        }

        var settled = Math.Max(batchStart, LatestSequence - underWay);
        LatestSequence = sequence;
        foreach (var destination in byAddress.Values.SelectMany(same => same))
        {
            SettleUnsent(destination, settled, sequence - underWay, changes);
        }
    }

    private static void SettleUnsent(PingDestination destination, long start, long end, List<PingChange> changes)
    {
        var first = Math.Max(Math.Max(start, destination.FirstSequence), end - PingHistory.Capacity);
        for (var sequence = first; sequence < end; sequence++)
        {
            if (!destination.History.IsForgotten(sequence) && destination.History[sequence].Fate == ProbeFate.Unknown)
            {
                destination.Statistics.CountUnsent();
                destination.History.Set(sequence, new ProbeSample(ProbeFate.Unsent, default));
                changes.Add(new NotSent(destination, sequence));
            }
        }
    }

    private List<PingDestination> At(IPAddress address) => byAddress.GetValueOrDefault(address) ?? [];

    private void Assign(PingDestination destination, IPAddress? address)
    {
        destination.Address = address;
        if (address is null)
        {
            return;
        }

        // Pods of the host's network share their node's address: one probe counts for all of them.
        if (!byAddress.TryGetValue(address, out var same))
        {
            byAddress[address] = same = [];
        }

        same.Add(destination);
        destination.FirstSequence = PingDestination.NotProbed;
    }

    private void Unassign(PingDestination destination)
    {
        if (destination.Address is { } old && byAddress.TryGetValue(old, out var same))
        {
            same.Remove(destination);
            if (same.Count == 0)
            {
                byAddress.Remove(old);
            }
        }

        destination.Address = null;
    }
}

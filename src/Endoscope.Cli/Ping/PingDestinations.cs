using System.Net;
using Endoscope.Sessions;

namespace Endoscope.Cli.Ping;

/// <summary>Keeps a board's destinations in step with the pods there are.</summary>
internal sealed class PingDestinations
{
    private readonly PingRequest request;
    private readonly Target source;

    /// <summary>Puts the pods there are, and their nodes if asked for, on a new board.</summary>
    /// <exception cref="SessionException">There is nothing to ping now, and the run would not wait for anything.</exception>
    public PingDestinations(PingRequest request, Target source, IReadOnlyList<PodPlace> pods, TimeProvider time)
    {
        this.request = request;
        this.source = source;
        var addresses = pods.Where(IsWanted).SelectMany(Addresses).Distinct().ToArray();
        if (addresses.Length == 0 && request.Count > 0)
        {
            throw new SessionException($"there is nothing to ping in namespace {request.Namespace}{Reasons(pods)}", "-c0 waits for pods to come");
        }

        // Without any address yet the plan for one tells the interval and the timeout as well.
        var plan = Plan(addresses.Length > 0 ? addresses : [IPAddress.Loopback]);
        Board = new PingBoard(new PingRun
        {
            SourcePod = source.Pod,
            SourceNamespace = source.Namespace,
            Count = request.Count,
            Interval = plan.Interval,
            Timeout = plan.Timeout,
            StartedAt = time.GetUtcNow(),
        });
        Beginning = [.. pods.Where(IsWanted).SelectMany(Seen)];
    }

    /// <summary>The run's state.</summary>
    public PingBoard Board { get; }

    /// <summary>What there was to say when the run began.</summary>
    public IReadOnlyList<PingChange> Beginning { get; }

    /// <summary>The fping for these addresses.</summary>
    public FpingPlan Plan(IReadOnlyCollection<IPAddress> addresses) => FpingPlan.For(new FpingRequest
    {
        Addresses = addresses,
        Count = request.Count,
        Interval = request.Interval,
        ProbesPerId = request.ProbesPerId,
    });

    /// <summary>Brings the board up to date with what was seen; the changes are for a view to show.</summary>
    public IReadOnlyList<PingChange> Apply(PodSighting sighting)
    {
        var pod = sighting.Pod;
        if (!IsWanted(pod) && !sighting.IsGone && !pod.IsFinished)
        {
            return [];
        }

        return sighting.IsGone || pod.IsFinished ? [.. Gone(pod, sighting.IsGone ? null : pod.Trouble)] : [.. Seen(pod)];
    }

    // Where all pods are pinged, the source itself and those that have finished are not meant.
    private bool IsWanted(PodPlace pod) =>
        request.Pod is not null || (!pod.IsFinished && (pod.Name != source.Pod || pod.Namespace != source.Namespace));

    private IEnumerable<IPAddress> Addresses(PodPlace pod)
    {
        if (request.Pods && pod.Address is not null)
        {
            yield return pod.Address;
        }

        if (request.Nodes && pod.NodeAddress is not null)
        {
            yield return pod.NodeAddress;
        }
    }

    private IEnumerable<PingChange> Seen(PodPlace pod)
    {
        if (request.Pods && See(new PingTarget(PingTargetKind.Pod, pod.Namespace, pod.Name), pod.Node, pod.Address, pod.Trouble) is { } change)
        {
            yield return change;
        }

        // A node stays for as long as the run lasts: it does not go with a pod.
        if (request.Nodes && pod.NodeAddress is not null
            && See(new PingTarget(PingTargetKind.Node, "", pod.Node!), pod.Node, pod.NodeAddress, null) is { } node)
        {
            yield return node;
        }
    }

    private PingChange? See(PingTarget target, string? node, IPAddress? address, string? trouble) => Board.Find(target) is { } known
        ? Board.SetAddress(known, node, address, trouble)
        : Board.Add(target, node, address, trouble);

    private IEnumerable<PingChange> Gone(PodPlace pod, string? reason)
    {
        if (Board.Find(new PingTarget(PingTargetKind.Pod, pod.Namespace, pod.Name)) is { } known)
        {
            yield return Board.Remove(known, reason);
        }
    }

    private static string Reasons(IReadOnlyList<PodPlace> pods)
    {
        var troubled = pods.Where(pod => pod.Trouble is not null).Take(3).Select(pod => $"{pod.Name}: {pod.Trouble}").ToArray();
        return troubled.Length == 0 ? "" : $" ({string.Join("; ", troubled)})";
    }
}

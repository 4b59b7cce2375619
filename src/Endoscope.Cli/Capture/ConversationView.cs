using System.Text.Json;
using Endoscope.Capture;
using Endoscope.Capture.Conversations;
using Endoscope.Cli.Output;
using Endoscope.Sessions;
using Endoscope.Sessions.Capture;

namespace Endoscope.Cli.Capture;

/// <summary>Tells of each packet between two sides what became of it, and sums up.</summary>
internal sealed class ConversationView : IPacketView
{
    // Packets are put in order for a while before they are shown; counters are not.
    private static readonly TimeSpan HeldBack = TimeSpan.FromMilliseconds(300);
    private static readonly Side[] Sides = [Side.First, Side.Second];

    private readonly List<SeenInterface> interfaces = [];
    private readonly DelayStatistics[] delays = [new(), new()];
    private readonly ConversationFacts facts;
    private readonly ConversationMatcher matcher;
    private readonly LineBuffer lines;
    private readonly bool isJson;

    public ConversationView(ConversationFacts facts, ConversationSettings settings, Stream output, bool isJson)
    {
        (this.facts, this.isJson, lines) = (facts, isJson, new LineBuffer(output));
        matcher = new ConversationMatcher(settings, facts.Names.Show, Tell);
    }

    /// <summary>For a capture that runs.</summary>
    /// <exception cref="SessionException">One of the two has no pod that is captured.</exception>
    public static ConversationView Of(BetweenRequest between, CaptureRun run, CommandContext context, bool isJson)
    {
        TargetReference[] references = [between.First, between.Second];
        string[] names = [.. references.Select((reference, i) => Name(reference, [.. run.PodsByName[i]]))];
        var facts = new ConversationFacts(names, run.Names, context.Time.LocalTimeZone, between.Window, run.ClockError)
        {
            Services = [.. references.Select(reference => reference.Kind == "service" ? $"{reference.Name}.{run.Namespace}.svc" : null)],
        };
        var settings = new ConversationSettings { Window = between.Window };
        settings = settings with { ClockError = settings.ClockError > run.ClockError ? settings.ClockError : run.ClockError };
        return new ConversationView(facts, settings, context.Terminal.StandardOutput, isJson);
    }

    public void Appear(InterfaceAppeared one)
    {
        var side = (Side)one.Pod.Reference;
        interfaces.Add(new SeenInterface(side, one.About.LinkType, $"{one.Pod.Name}:{one.About.Name} on {one.Pod.Target.Node}"));
        foreach (var address in one.About.Addresses.Select(IPNetworkAddress.Parse).OfType<IPNetworkAddress>())
        {
            matcher.AddAddress(side, AddressKey.Of(address.Address));
        }

        string?[] known = [$"{one.Pod.Target.Pod}.{one.Pod.Target.Namespace}.pod", facts.Services[(int)side]];
        foreach (var address in known.OfType<string>().SelectMany(facts.Names.AddressesOf))
        {
            matcher.AddAddress(side, address);
        }
    }

    public void Show(in Packet packet)
    {
        var seen = interfaces[packet.Interface];
        Begin(seen, packet.Time);
        matcher.Add(seen.Side, seen.LinkType, packet);
    }

    public void Count(CountersCame counters)
    {
        foreach (var one in counters.Interfaces)
        {
            var seen = interfaces[one.Interface];
            Begin(seen, counters.Time);
            seen.SeenUntil = Math.Max(seen.SeenUntil, counters.Time);
            if (one.Dropped > seen.Dropped)
            {
                seen.Dropped = one.Dropped;
                matcher.NoteDrops(seen.Side, counters.Time);
            }
        }

        Advance(HeldBack);
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken) => lines.FlushAsync(cancellationToken);

    /// <summary>Judges the rest and sums up.</summary>
    /// <returns>The exit code: 4 the capture is not whole, or dropped packets that may have been the missing ones; 1 packets were lost; 0 all arrived.</returns>
    public async Task<int> FinishAsync(CaptureBoard board, Action<string> tell)
    {
        Advance(TimeSpan.Zero);
        matcher.Finish(isWhole: board.Truncations.Count == 0);
        var tallies = Sides.Select(matcher.TallyOf).ToArray();
        var exitCode = board.Truncations.Count > 0 ? ExitCode.Lost
            : tallies.Sum(one => one.Lost + one.Refused) > 0 ? ExitCode.Negative
            : tallies.Sum(one => one.NotSeen) > 0 ? ExitCode.Lost : ExitCode.Done;
        lines.Add(isJson
            ? JsonSerializer.Serialize(ConversationSummaryDocument.From(facts, tallies, delays, exitCode), ConversationJson.Default.ConversationSummaryDocument)
            : ConversationText.Summary(facts, tallies, delays));
        await lines.FlushAsync(CancellationToken.None);
        if (tallies.Sum(one => one.Sent) == 0)
        {
            tell($"no packet between {facts.Sides[0]} and {facts.Sides[1]} was seen");
        }

        return exitCode;
    }

    // The captures of the two begin one after the other; the first sign of life of each tells that it has.
    private void Begin(SeenInterface seen, long time)
    {
        if (!seen.HasBegun)
        {
            seen.HasBegun = true;
            matcher.Begin(seen.Side, time);
        }
    }

    // What a side's slowest interface has seen, all of the side's have.
    private void Advance(TimeSpan heldBack)
    {
        foreach (var side in Sides)
        {
            var until = interfaces.Where(one => one.Side == side).Select(one => one.SeenUntil).DefaultIfEmpty(0).Min();
            matcher.Advance(side, until - (heldBack.Ticks * 100));
        }
    }

    private void Tell(Verdict verdict)
    {
        if (verdict is { Fate: Fate.Arrived, ArrivedAt: { } at })
        {
            delays[(int)verdict.Packet.From].Add(TimeSpan.FromTicks((at - verdict.Packet.Time) / 100));
        }

        var (sent, received) = (interfaces[verdict.Packet.Interface].Name, verdict.ArrivedBy is { } by ? interfaces[by].Name : null);
        lines.Add(isJson
            ? JsonSerializer.Serialize(VerdictDocument.Of(verdict, facts, sent, received), ConversationJson.Default.VerdictDocument)
            : ConversationText.Line(verdict, facts, sent, received));
    }

    private static string Name(TargetReference reference, PodToCapture[] pods) => pods.Length switch
    {
        0 => throw new SessionException(
            $"no pod of '{reference.Name}' is captured that the other of the two does not have as well", "--between names two that have pods of their own"),
        1 => pods[0].Target.Pod,
        _ => $"{reference.Kind}/{reference.Name}",
    };

    private sealed class SeenInterface(Side side, int linkType, string name)
    {
        public Side Side => side;

        public int LinkType => linkType;

        /// <summary>For people: with its node.</summary>
        public string Name => name;

        public bool HasBegun { get; set; }

        public long SeenUntil { get; set; }

        public long Dropped { get; set; }
    }
}

/// <summary>What is known of a conversation beforehand.</summary>
/// <param name="Sides">What the two are called.</param>
/// <param name="Zone">Where it is which time of day.</param>
/// <param name="Window">How long a packet may take.</param>
/// <param name="ClockError">How far the two clocks may be apart.</param>
internal sealed record ConversationFacts(IReadOnlyList<string> Sides, NameDirectory Names, TimeZoneInfo Zone, TimeSpan Window, TimeSpan ClockError)
{
    /// <summary>The names of the Services that the sides are, or null.</summary>
    public IReadOnlyList<string?> Services { get; init; } = [null, null];
}

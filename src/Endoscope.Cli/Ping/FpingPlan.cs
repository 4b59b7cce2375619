using System.Globalization;
using System.Net;

namespace Endoscope.Cli.Ping;

/// <summary>What to ping and how.</summary>
internal sealed record FpingRequest
{
    /// <summary>Whom to ask; IPv4 and IPv6 mixed, repetitions allowed.</summary>
    public required IReadOnlyCollection<IPAddress> Addresses { get; init; }

    /// <summary>Probes for each address, or 0 for no end.</summary>
    public int Count { get; init; }

    /// <summary>Between two probes for the same address.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After so many probes a new ICMP id is used, so that load balancers on the way choose anew; 0 for never.</summary>
    public int ProbesPerId { get; init; }
}

/// <summary>One run of fping 5.1 for all destinations.</summary>
/// <param name="Argv">The program and its arguments.</param>
/// <param name="Interval">Between two probes for the same address; longer than asked for where fping could not keep up.</param>
/// <param name="Timeout">How long an answer is waited for.</param>
internal sealed record FpingPlan(IReadOnlyList<string> Argv, TimeSpan Interval, TimeSpan Timeout)
{
    /// <summary>The line by which <see cref="BatchLoop"/> announces another fping.</summary>
    public const string BatchMarker = "# next id";

    // fping keeps 65535 sequence numbers for 10 s each and gives up when they run out; the rest is headroom.
    private const double ProbesPerSecond = 6000;

    // Of each round, the part in which its probes are sent: a burst would overflow queues, the whole would blur the rounds.
    private const double SendingPart = 0.2;

    /// <summary>
    /// Runs fping again and again, since its process ID is the ICMP id. A sleep beside it keeps the pace: fping ends with its last
    /// answer, not with its last interval. One stream for both of its outputs keeps their order across the batches. Arguments: probes
    /// in all (-1: no end), probes for an id, seconds for an id, fping's own.
    /// </summary>
    private const string BatchLoop =
        $$"""
        left=$1 batch=$2 pause=$3 status=0
        shift 3
        trap 'stop=1' INT
        trap 'kill "$timer" 2>/dev/null' EXIT
        while :; do
            n=$batch
            if [ "$left" -ge 0 ]; then
                [ "$left" -lt "$n" ] && n=$left
                left=$((left - n))
            fi
            echo '{{BatchMarker}}'
            sleep "$pause" </dev/null >/dev/null 2>&1 &
            timer=$!
            fping -c "$n" "$@" 2>&1
            code=$?
            [ "$code" -gt "$status" ] && status=$code
            if [ "$code" -gt 1 ] || [ "$left" -eq 0 ] || [ -n "$stop" ]; then break; fi
            wait "$timer"
            if [ -n "$stop" ]; then break; fi
        done
        exit "$status"
        """;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestSpacing = TimeSpan.FromMilliseconds(1);

    /// <summary>Plans the run.</summary>
    /// <exception cref="ArgumentException">There is no address.</exception>
    public static FpingPlan For(FpingRequest request)
    {
        var addresses = request.Addresses.Select(address => address.ToString()).Distinct().ToArray();
        if (addresses.Length == 0)
        {
            throw new ArgumentException("nothing to ping", nameof(request));
        }

        var interval = Longest(request.Interval, ShortestInterval, TimeSpan.FromSeconds(addresses.Length / ProbesPerSecond));
        var timeout = TimeSpan.FromTicks(Math.Clamp(interval.Ticks, ShortestTimeout.Ticks, LongestTimeout.Ticks));
        var spacing = TimeSpan.FromTicks(Math.Min(LongestSpacing.Ticks, (long)(interval.Ticks * SendingPart / addresses.Length)));
        string[] common = ["-D", "-p", Milliseconds(interval), "-t", Milliseconds(timeout), "-i", Milliseconds(spacing), .. addresses];
        return new FpingPlan([.. Start(request, interval), .. common], interval, timeout);
    }

    private static string[] Start(FpingRequest request, TimeSpan interval)
    {
        if (request.ProbesPerId > 0 && (request.Count == 0 || request.Count > request.ProbesPerId))
        {
            var seconds = (interval * request.ProbesPerId).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            return ["bash", "-c", BatchLoop, "fping", Number(request.Count == 0 ? -1 : request.Count), Number(request.ProbesPerId), seconds];
        }

        return request.Count == 0 ? ["fping", "-l"] : ["fping", "-c", Number(request.Count)];
    }

    private static TimeSpan Longest(params ReadOnlySpan<TimeSpan> times)
    {
        var longest = TimeSpan.Zero;
        foreach (var time in times)
        {
            longest = time > longest ? time : longest;
        }

        return longest;
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}

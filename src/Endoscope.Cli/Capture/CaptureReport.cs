using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Endoscope.Cli.Output;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>Tells how a capture goes, once a second, and how it went.</summary>
internal sealed class CaptureReport(CaptureBoard board, CommandContext context, TextWriter? json)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly long startedAt = context.Time.GetTimestamp();
    private TimeSpan lastAt;
    private long lastPackets;
    private long lastBytes;
    private bool isDrawn;

    /// <summary>Whether it may be drawn where it stands; not where lines of data go to the same terminal.</summary>
    public bool MayDraw { get; init; } = true;

    /// <summary>Says something that is no result, on a line of its own.</summary>
    public void Tell(string line)
    {
        Erase();
        context.Tell(line);
    }

    /// <summary>Shows where it stands; at most once a second.</summary>
    public void Progress()
    {
        var now = context.Time.GetElapsedTime(startedAt);
        if (now - lastAt < Interval)
        {
            return;
        }

        var line = Read(now, isLast: false);
        if (json is not null)
        {
            json.WriteLine(JsonSerializer.Serialize(line, CaptureJson.Default.CaptureDocument));
        }
        else if (MayDraw && context.Terminal.IsErrorTerminal)
        {
            var text = Invariant($"{line.Packets:#,0} packets ({line.PacketsPerSecond:#,0}/s), {Size.Format(line.Bytes)} ({Size.Format((long)line.BytesPerSecond)}/s), ")
                + Invariant($"{line.Dropped:#,0} dropped, {line.LagSeconds:0.0} s behind, {line.Interfaces.Count} interfaces");
            var width = (context.Terminal.Size?.Columns ?? 80) - 1;
            context.Status.Write("\r\e[K" + (text.Length > width ? text[..width] : text));
            isDrawn = true;
        }
    }

    /// <summary>Sums up.</summary>
    /// <param name="where">Where the packets are, for people.</param>
    public void Finish(string where)
    {
        Erase();
        if (json is not null)
        {
            json.WriteLine(JsonSerializer.Serialize(Read(context.Time.GetElapsedTime(startedAt), isLast: true), CaptureJson.Default.CaptureDocument));
            return;
        }

        foreach (var one in board.Interfaces)
        {
            context.Tell(Invariant($"{one.Name}: {one.Packets} packets captured, {one.Received} passed the filter, {one.Dropped} dropped by the kernel"));
        }

        if (board.Late > 0)
        {
            context.Tell(Invariant($"{board.Late} packets came too late to be put in their place: the file is not quite in order (reordercap sorts it)"));
        }

        foreach (var missing in board.Truncations)
        {
            context.Tell("error: the capture is not whole: " + missing);
        }

        context.Tell(Invariant($"{board.Packets} packets, {Size.Format(board.Bytes)}{where}"));
    }

    private void Erase()
    {
        if (isDrawn)
        {
            context.Status.Write("\r\e[K");
            isDrawn = false;
        }
    }

    private CaptureDocument Read(TimeSpan now, bool isLast)
    {
        var seconds = Math.Max((now - lastAt).TotalSeconds, 0.001);
        var document = new CaptureDocument(
            Math.Round(now.TotalSeconds, 3),
            board.Packets,
            board.Bytes,
            Math.Round((board.Packets - lastPackets) / seconds, 1),
            Math.Round((board.Bytes - lastBytes) / seconds, 1),
            board.Dropped,
            Math.Round(Math.Max(board.Lag.TotalSeconds, 0), 3),
            [.. board.Interfaces.Select(one => new InterfaceDocument(one.Name, one.Node, one.Packets, one.Bytes, one.Received, one.Dropped, one.Lost))],
            isLast ? board.ExitCode switch { ExitCode.Done => "complete", ExitCode.Negative => "lossy", _ => "truncated" } : null,
            board.Truncations.Count > 0 ? board.Truncations : null);
        (lastAt, lastPackets, lastBytes) = (now, board.Packets, board.Bytes);
        return document;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A line of <c>scope capture -o json</c>.</summary>
/// <param name="Seconds">Since the beginning.</param>
/// <param name="Packets">Packets written so far.</param>
/// <param name="Bytes">Bytes written so far.</param>
/// <param name="Dropped">Packets that the nodes' kernels dropped.</param>
/// <param name="LagSeconds">How old the last word of a node was when it came.</param>
/// <param name="Result">At the end: <c>complete</c>, <c>lossy</c> or <c>truncated</c>.</param>
/// <param name="Missing">What is missing, beyond drops.</param>
internal sealed record CaptureDocument(
    double Seconds,
    long Packets,
    long Bytes,
    double PacketsPerSecond,
    double BytesPerSecond,
    long Dropped,
    double LagSeconds,
    IReadOnlyList<InterfaceDocument> Interfaces,
    string? Result,
    IReadOnlyList<string>? Missing);

/// <summary>An interface of a <see cref="CaptureDocument"/>.</summary>
/// <param name="Packets">Packets that came to us.</param>
/// <param name="Received">Packets that passed the filter, as the node's kernel counts them.</param>
/// <param name="Lost">Why it is captured no longer.</param>
internal sealed record InterfaceDocument(string Name, string Node, long Packets, long Bytes, long Received, long Dropped, string? Lost);

/// <summary>How the lines become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CaptureDocument))]
internal sealed partial class CaptureJson : JsonSerializerContext;

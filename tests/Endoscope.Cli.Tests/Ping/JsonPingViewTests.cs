using System.Text.Json;
using Endoscope.Cli.Output;
using Endoscope.Cli.Ping;
using Microsoft.Extensions.Time.Testing;

namespace Endoscope.Cli.Tests.Ping;

public sealed class JsonPingViewTests
{
    private readonly StringWriter output = new() { NewLine = "\n" };

    [Fact]
    public async Task AFiniteRunGivesOneDocument()
    {
        await ShowAsync(count: 3);

        var document = JsonDocument.Parse(output.ToString()).RootElement;
        Assert.Equal("""{"namespace":"shop","pod":"checkout-5c9f7d6b4-x2x9p"}""", Compact(document.GetProperty("source")));
        Assert.Equal(1000, document.GetProperty("intervalMilliseconds").GetDouble());
        Assert.False(document.GetProperty("flawless").GetBoolean());
        Assert.Equal("""{"sent":12,"received":8,"lost":4,"notSent":0,"lossPercent":33.333}""", Compact(document.GetProperty("totals")));
        var destinations = document.GetProperty("destinations");
        Assert.Equal(["gone", "lossy", "unreachable", "noAddress", "reachable"], destinations.EnumerateArray().Select(d => d.GetProperty("state").GetString()));
        Assert.Equal(
            """
            {"kind":"pod","namespace":"shop","name":"db-0","address":"10.244.2.7","node":"worker-2","state":"lossy","counts":
            {"sent":3,"received":2,"lost":1,"notSent":0,"lossPercent":33.333},"duplicates":0,"roundTrip":
            {"minMilliseconds":1.02,"medianMilliseconds":1.12,"meanMilliseconds":1.12,"p95Milliseconds":1.21,"maxMilliseconds":1.22,"jitterMilliseconds":0.2},
            "icmpErrors":[]}
            """.ReplaceLineEndings(""),
            Compact(destinations[1]));
        Assert.Equal(
            """[{"message":"Host Unreachable","from":"10.244.0.1","count":1}]""", Compact(destinations[2].GetProperty("icmpErrors")));
    }

    [Fact]
    public async Task ARunWithoutEndGivesAnObjectALineAndTheSummaryLast()
    {
        await ShowAsync(count: 0);

        var lines = output.ToString().TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(
            """
            {"type":"answer","at":"2026-11-23T05:23:18.1+00:00","kind":"pod","namespace":"shop","name":"web-7d5f9c-abcde","address":"10.244.1.5",
            "node":"worker-1","sequence":0,"roundTripMilliseconds":0.4,"bytes":64}
            """.ReplaceLineEndings(""),
            Compact(lines[5]));
        Assert.Equal(5, lines.Count(line => line.GetProperty("type").GetString() == "came"));
        Assert.Equal(4, lines.Count(line => line.GetProperty("type").GetString() == "timeout"));
        Assert.Equal("summary", lines[^1].GetProperty("type").GetString());
    }

    private static string Compact(JsonElement element) => element.GetRawText().ReplaceLineEndings("").Replace("  ", "", StringComparison.Ordinal).Replace("\": ", "\":", StringComparison.Ordinal);

    private async Task ShowAsync(int count)
    {
        var time = new FakeTimeProvider(PingScenario.Start.AddSeconds(5));
        JsonPingView? view = null;
        PingScenario.Play(count, board => view = new JsonPingView(board, output, time), change => view!.Show(change));
        await view!.FinishAsync(TestContext.Current.CancellationToken);
        await view.DisposeAsync();
    }
}

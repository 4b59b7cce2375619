using Endoscope.Cli.Output.Graph;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Tests.Ping;

public sealed class GraphPartsTests
{
    [Fact]
    public void LeavesOutTheMiddleOfLongNames()
    {
        var fitted = NameColumn.Fit(["short", "checkout-service-6d9f7c5b4-x2x9p"], 16, "…");

        Assert.Equal("short", fitted["short"]);
        Assert.Equal("checkou…b4-x2x9p", fitted["checkout-service-6d9f7c5b4-x2x9p"]);
    }

    [Theory]
    [InlineData("the-very-same-start-alpha-end-end-end-end", "the-very-same-start-bravo-end-end-end-end", 24)]
    [InlineData("same-alpha-then-a-long-and-common-rest", "same-bravo-then-a-long-and-common-rest", 13)]
    [InlineData("a-long-and-common-start-and-then-x-12", "a-long-and-common-start-and-then-y-12", 8)]
    public void KeepsNamesApart(string one, string two, int width)
    {
        var fitted = NameColumn.Fit([one, two], width, "…");

        Assert.True(fitted.Values.All(name => name.Length <= width));
        Assert.Equal(2, fitted.Values.Distinct().Count());
    }

    [Fact]
    public void TheScaleHasRoundEndsAtLeastATenthApart()
    {
        Assert.Equal(new RoundTripScale(0.1, 10), ScaleOf());
        Assert.Equal(new RoundTripScale(0.05, 0.5), ScaleOf(0.06, 0.07, 0.08));
        Assert.Equal(new RoundTripScale(0.02, 50), ScaleOf(0.03, 40));
        Assert.Equal(new RoundTripScale(100, 5000), ScaleOf(120, 3000));
    }

    [Fact]
    public void TheScaleLeavesOutTheSlowestHundredth()
    {
        double[] quick = [.. Enumerable.Repeat(0.3, 198)];

        Assert.Equal(new RoundTripScale(0.2, 2), ScaleOf([.. quick, 900]));
        Assert.Equal(new RoundTripScale(0.2, 1000), ScaleOf([.. quick, 900, 900, 900, 900]));
    }

    [Fact]
    public void LevelsAreLogarithmicAndClamped()
    {
        var scale = new RoundTripScale(0.1, 10);

        Assert.Equal(
            [1, 1, 4, 5, 8, 8],
            new[] { 0.001, 0.1, 0.9, 1.01, 9.9, 5000 }.Select(time => scale.LevelOf(TimeSpan.FromMilliseconds(time), 8)));
    }

    [Fact]
    public void HeatRisesFromCoolToHot()
    {
        var heats = new[] { 0, 0.3, 1, 10, 100, 300, 9000 }.Select(time => Palette.HeatOf(TimeSpan.FromMilliseconds(time))).ToArray();

        Assert.Equal([0, 0, 3, 8, 13, 15, 15], heats);
    }

    [Fact]
    public void WithoutColoursNoneIsWritten()
    {
        var line = new GraphLine().Add("a", Ink.Good).Add("b", new Ink(Tone.RoundTrip, 15)).Add("c", Ink.Bad).Add("d", Ink.Plain);

        Assert.Equal("ab\e[0;1mc\e[0md", line.ToAnsi(Palette.For(ColorSupport.None), 80));
        Assert.Equal("\e[0;32ma\e[0;31mb\e[0;1;31mc\e[0m", line.ToAnsi(Palette.For(ColorSupport.Sixteen), 3));
        Assert.Equal(
            "\e[0;38;5;35ma\e[0;38;5;160mb\e[0;1;38;5;160mc\e[0md", line.ToAnsi(Palette.For(ColorSupport.Palette256), 80));
    }

    [Fact]
    public void ReadsKeys()
    {
        Assert.Equal(
            [GraphKey.LineUp, GraphKey.LineDown, GraphKey.PageUp, GraphKey.PageDown, GraphKey.Top, GraphKey.Bottom, GraphKey.NextSort],
            GraphKeys.Parse("\e[A\eOB\e[5~\e[6~\e[H\e[4~s"));
        Assert.Equal([GraphKey.Quit, GraphKey.Suspend, GraphKey.Quit], GraphKeys.Parse("\u0003\u001aq"));
        Assert.Equal([GraphKey.LineDown], GraphKeys.Parse("\e[1;5C\e[<0;1;1M\e[200~xyz\e[I\ej"));
        Assert.Empty(GraphKeys.Parse("\e["));
        Assert.Empty(GraphKeys.Parse("\e"));
    }

    [Theory]
    [InlineData(1.2, "slow")]
    [InlineData(9, "quick")]
    public void RowsStayWhereTheyAreUntilTheirRankHasClearlyChanged(double milliseconds, string first)
    {
        var board = PingScenario.NewBoard(count: 0);
        var slow = board.Add(PingScenario.Pod("slow"), null, System.Net.IPAddress.Parse("10.0.0.1")).Destination;
        var quick = board.Add(PingScenario.Pod("quick"), null, System.Net.IPAddress.Parse("10.0.0.2")).Destination;
        slow.Statistics.CountAnswer(TimeSpan.FromMilliseconds(1.1));
        quick.Statistics.CountAnswer(TimeSpan.FromMilliseconds(1));
        var order = new GraphOrder();
        Assert.Equal(slow, order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start)[0]);

        quick.Statistics.CountAnswer(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(first, order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start.AddSeconds(10))[0].Target.Name);
    }

    [Fact]
    public void ARowThatGetsBadRisesButNotAtOnce()
    {
        var board = GraphScenario.Play(6, rounds: 30);
        var order = new GraphOrder();
        var best = order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start)[^1];
        for (var round = 30; round < 34; round++)
        {
            board.Apply(new PingTimeout(best.Address!, round, null));
        }

        Assert.Equal(best, order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start.AddSeconds(1))[^1]);
        Assert.Equal(best, order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start.AddSeconds(4))[0]);
    }

    [Fact]
    public void SortsByNameAtOnceWhenAsked()
    {
        var board = GraphScenario.Play(12, rounds: 3);
        var order = new GraphOrder();
        order.Arrange(board.Destinations, GraphSort.Worst, PingScenario.Start);

        var names = order.Arrange(board.Destinations, GraphSort.Name, PingScenario.Start).Select(destination => destination.Target.Name).ToArray();

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
    }

    private static RoundTripScale ScaleOf(params double[] milliseconds)
    {
        var board = PingScenario.NewBoard(count: 0);
        var address = System.Net.IPAddress.Loopback;
        board.Add(PingScenario.Pod("one"), null, address);
        board.BeginBatch();
        for (var i = 0; i < milliseconds.Length; i++)
        {
            board.Apply(new PingAnswer(address, i, TimeSpan.FromMilliseconds(milliseconds[i]), null, 64));
        }

        return RoundTripScale.For(board.Destinations, 0);
    }
}

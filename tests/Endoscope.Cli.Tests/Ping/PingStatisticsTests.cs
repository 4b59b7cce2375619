using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

public sealed class PingStatisticsTests
{
    [Fact]
    public void KnowsNothingBeforeTheFirstAnswer()
    {
        var statistics = new PingStatistics();

        Assert.Null(statistics.Loss);
        Assert.Null(statistics.Median);
        Assert.Null(statistics.Mean);
        Assert.Null(statistics.Jitter);
    }

    [Fact]
    public void CountsAnswersAndLosses()
    {
        var statistics = new PingStatistics();
        foreach (var milliseconds in new[] { 1.0, 3.0, 2.0, 10.0 })
        {
            statistics.CountAnswer(TimeSpan.FromMilliseconds(milliseconds));
        }

        statistics.CountLoss();

        Assert.Equal(5, statistics.Sent);
        Assert.Equal(0.2, statistics.Loss);
        Assert.Equal(TimeSpan.FromMilliseconds(1), statistics.Min);
        Assert.Equal(TimeSpan.FromMilliseconds(10), statistics.Max);
        Assert.Equal(TimeSpan.FromMilliseconds(10), statistics.Last);
        Assert.Equal(TimeSpan.FromMilliseconds(4), statistics.Mean);
        Assert.Equal(TimeSpan.FromMilliseconds(2.5), statistics.Median);
        Assert.Equal(TimeSpan.FromMilliseconds((2 + 1 + 8) / 3.0), statistics.Jitter);
    }

    [Fact]
    public void LosesEverythingWhereNothingCanBeSent()
    {
        var statistics = new PingStatistics();
        statistics.CountUnsent();

        Assert.Equal(1, statistics.Loss);
        Assert.Equal(0, statistics.Sent);
    }

    [Theory]
    [InlineData(0.5, 5000)]
    [InlineData(0.95, 9500)]
    [InlineData(0, 1)]
    [InlineData(1, 9999)]
    public void QuantilesOfManyAreWithinHalfAPercent(double part, double expectedMicroseconds)
    {
        var times = new RoundTrips();
        for (var i = 0; i < 200_000; i++)
        {
            times.Add(TimeSpan.FromMicroseconds(1 + (i * 7919 % 9999)));
        }

        Assert.InRange(times.Quantile(part)!.Value.TotalMicroseconds, expectedMicroseconds * 0.995, (expectedMicroseconds * 1.005) + 0.01);
    }

    [Fact]
    public void QuantilesOfAFewAreExact()
    {
        var times = new RoundTrips();
        for (var i = 1000; i > 0; i--)
        {
            times.Add(TimeSpan.FromMicroseconds(i));
        }

        Assert.Equal(TimeSpan.FromMicroseconds(500.5), times.Quantile(0.5));
        Assert.Equal(TimeSpan.FromMicroseconds(1000), times.Quantile(1));
    }

    [Fact]
    public void SurvivesTimesBeyondItsBuckets()
    {
        var times = new RoundTrips();
        for (var i = 0; i < 2000; i++)
        {
            times.Add(i % 2 == 0 ? TimeSpan.Zero : TimeSpan.FromHours(1));
        }

        Assert.InRange(times.Quantile(0)!.Value.TotalMicroseconds, 1, 1.01);
        Assert.InRange(times.Quantile(1)!.Value.TotalSeconds, 99, 101);
    }
}

using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

public sealed class PingHistoryTests
{
    private static readonly ProbeSample Lost = new(ProbeFate.Lost, default);

    [Fact]
    public void AnswersMayComeOutOfOrder()
    {
        var history = new PingHistory();
        history.Set(5, Lost);
        history.Set(3, new ProbeSample(ProbeFate.Answered, TimeSpan.FromMilliseconds(1)));

        Assert.Equal(ProbeFate.Answered, history[3].Fate);
        Assert.Equal(ProbeFate.Unknown, history[4].Fate);
        Assert.Equal([ProbeFate.Lost, ProbeFate.Answered], history.LatestKnown().Select(sample => sample.Fate));
    }

    [Fact]
    public void ForgetsTheOldest()
    {
        var history = new PingHistory();
        for (var i = 0; i < PingHistory.Capacity + 10; i++)
        {
            history.Set(i, Lost);
        }

        history.Set(9, new ProbeSample(ProbeFate.Answered, default));

        Assert.Equal(ProbeFate.Unknown, history[9].Fate);
        Assert.Equal(ProbeFate.Lost, history[10].Fate);
        Assert.Equal(PingHistory.Capacity, history.LatestKnown().Count());
    }

    [Fact]
    public void AGapLeavesNothingOfTheRoundBefore()
    {
        var history = new PingHistory();
        for (var i = 0; i < PingHistory.Capacity; i++)
        {
            history.Set(i, Lost);
        }

        history.Set((PingHistory.Capacity * 3) + 7, Lost);

        Assert.Single(history.LatestKnown());
    }
}

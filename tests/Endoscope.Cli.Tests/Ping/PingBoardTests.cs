using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

public sealed class PingBoardTests
{
    private static readonly IPAddress First = IPAddress.Parse("10.0.0.1");
    private static readonly IPAddress Second = IPAddress.Parse("10.0.0.2");

    private readonly PingBoard board = new(new PingRun
    {
        SourcePod = "web",
        SourceNamespace = "shop",
        Interval = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(1),
        StartedAt = DateTimeOffset.UnixEpoch,
    });

    [Fact]
    public void CountsAnswersAndTimeoutsForTheirDestination()
    {
        var one = Add("one", First);
        var two = Add("two", Second);
        board.BeginBatch();

        Answer(First, 0);
        Assert.Equal([new TimedOut(two, 0, null)], board.Apply(new PingTimeout(Second, 0, null)));

        Assert.Equal(1, one.Statistics.Received);
        Assert.Equal(1, two.Statistics.Lost);
        Assert.False(board.IsFlawless);
    }

    [Fact]
    public void AnAnswerCountsForEveryPodOfTheAddress()
    {
        var one = Add("one", First);
        var two = Add("two", First);
        board.BeginBatch();

        Assert.Equal(2, Answer(First, 0).Count);

        Assert.Equal([First], board.Addresses);
        Assert.True(one.IsReachable && two.IsReachable);
    }

    [Fact]
    public void ASecondAnswerIsADuplicate()
    {
        var one = Add("one", First);
        board.BeginBatch();
        Answer(First, 0);

        Assert.IsType<AnsweredAgain>(Assert.Single(Answer(First, 0)));

        Assert.Equal(1, one.Statistics.Received);
        Assert.Equal(1, one.Statistics.Duplicates);
    }

    [Fact]
    public void AProbeThatIsNeverHeardOfWasNotSent()
    {
        var silent = Add("silent", First);
        Add("well", Second);
        board.BeginBatch();

        for (var i = 0; i < 5; i++)
        {
            Answer(Second, i);
        }

        Assert.Equal(2, silent.Statistics.Unsent);
        Assert.Equal(1, silent.Statistics.Loss);
        Assert.Equal(PingState.Down, silent.State);
    }

    [Fact]
    public void AProbeThatWasOnlyReportedLateIsNotUnsent()
    {
        var slow = Add("slow", First);
        Add("well", Second);
        board.BeginBatch();
        for (var i = 0; i < 5; i++)
        {
            Answer(Second, i);
        }

        Answer(First, 0);
        board.Apply(new PingTimeout(First, 1, null));

        Assert.Equal((1, 1, 0), (slow.Statistics.Received, slow.Statistics.Lost, slow.Statistics.Unsent));
    }

    [Fact]
    public void TheTotalsTellWhatWasNotSentAtAll()
    {
        var silent = Add("silent", First);
        board.BeginBatch();

        board.Apply(new PingTotals(First, 3, 0));
        Assert.Equal(0, silent.Statistics.Unsent);
        var changes = board.EndBatch();

        Assert.Equal([new NotSent(silent, 0), new NotSent(silent, 1), new NotSent(silent, 2)], changes);
        Assert.False(board.IsFlawless);
    }

    [Fact]
    public void AProbeThatCouldNotBeSentWasNotAnsweredEither()
    {
        var one = Add("one", First);
        board.BeginBatch();
        Answer(First, 0);

        board.Apply(new PingTotals(First, 3, 1));
        board.EndBatch();

        Assert.Equal((1, 0, 2), (one.Statistics.Received, one.Statistics.Lost, one.Statistics.Unsent));
        Assert.False(board.IsFlawless);
    }

    [Fact]
    public void ProbesUnderWayWhenInterruptedAreNeitherAnsweredNorLost()
    {
        var one = Add("one", First);
        board.BeginBatch();
        Answer(First, 0);
        Answer(First, 1);

        board.Stop();
        board.Apply(new PingTotals(First, 3, 2));
        board.EndBatch();

        Assert.Equal((2, 0, 0), (one.Statistics.Received, one.Statistics.Lost, one.Statistics.Unsent));
        Assert.True(board.IsFlawless);
    }

    [Fact]
    public void AnotherBatchGoesOnWithTheNumbersOfTheRun()
    {
        var one = Add("one", First);
        board.Apply(new PingBatch());
        Answer(First, 0);
        Answer(First, 1);
        board.Apply(new PingTotals(First, 2, 2));
        board.Apply(new PingBatch());

        Assert.Equal(2, Assert.IsType<Answered>(Assert.Single(Answer(First, 0))).Sequence);
        Assert.Equal(0, one.Statistics.Unsent);
    }

    [Fact]
    public void ADestinationThatCameIsNotMissedBeforeItIsPinged()
    {
        Add("one", First);
        board.BeginBatch();
        Answer(First, 0);
        var late = Add("late", Second);
        for (var i = 1; i < 9; i++)
        {
            Answer(First, i);
        }

        Assert.Equal(0, late.Statistics.Unsent);
        board.BeginBatch();
        Answer(Second, 0);
        Assert.Equal(9, late.History.Highest);
        Assert.Equal(9, late.FirstSequence);
    }

    [Fact]
    public void ADestinationMayChangeItsAddress()
    {
        var one = Add("one", null, "Pending");
        Assert.Equal(PingState.NoAddress, one.State);
        Assert.False(board.IsFlawless);

        Assert.NotNull(board.SetAddress(one, "n1", First));
        Assert.Null(board.SetAddress(one, "n1", First));
        board.BeginBatch();
        Answer(First, 0);
        Assert.NotNull(board.SetAddress(one, "n2", Second));
        board.BeginBatch();
        Answer(Second, 0);
        Assert.Empty(Answer(First, 1));

        Assert.Equal(2, one.Statistics.Received);
        Assert.Equal([Second], board.Addresses);
    }

    [Fact]
    public void ADestinationThatIsGoneKeepsItsCounts()
    {
        var one = Add("one", First);
        board.BeginBatch();
        Answer(First, 0);

        board.Remove(one, "deleted");

        Assert.Equal(PingState.Gone, one.State);
        Assert.Empty(Answer(First, 1));
        Assert.Equal(1, one.Statistics.Received);
        Assert.Empty(board.Addresses);
        Assert.Null(board.Find(one.Target));
        Assert.True(board.IsFlawless);
    }

    [Fact]
    public void JudgesByTheLatestProbes()
    {
        var one = Add("one", First);
        board.BeginBatch();
        Assert.Equal(PingState.Unknown, one.State);
        Answer(First, 0);
        Assert.Equal(PingState.Up, one.State);
        board.Apply(new PingTimeout(First, 1, null));
        Assert.Equal(PingState.Lossy, one.State);
        board.Apply(new PingTimeout(First, 2, null));
        board.Apply(new PingTimeout(First, 3, null));
        Assert.Equal(PingState.Down, one.State);
        for (var i = 4; i < 30; i++)
        {
            Answer(First, i);
        }

        Assert.Equal(PingState.Up, one.State);
    }

    [Fact]
    public void CountsIcmpErrorsByKindAndBounded()
    {
        var one = Add("one", First);
        for (var i = 0; i < 50; i++)
        {
            board.Apply(new PingError(First, "Host Unreachable", $"10.9.9.{i}"));
        }

        board.Apply(new PingError(First, "Host Unreachable", "10.9.9.49"));

        Assert.Equal(8, one.Errors.Count);
        Assert.Equal(new PingErrorCount("Host Unreachable", "10.9.9.49", 2), one.Errors[^1]);
    }

    private PingDestination Add(string name, IPAddress? address, string? reason = null) =>
        board.Add(new PingTarget(PingTargetKind.Pod, "shop", name), "n1", address, reason).Destination;

    private IReadOnlyList<PingChange> Answer(IPAddress address, int sequence) =>
        board.Apply(new PingAnswer(address, sequence, TimeSpan.FromMilliseconds(1), null, 64));
}

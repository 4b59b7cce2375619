using Endoscope.Cli.Tools;

namespace Endoscope.Cli.Tests.Tools;

public sealed class StracePlanTests
{
    [Fact]
    public void FollowsAndPrintsLineByLineByDefault() =>
        Assert.Equal(["-o", "|trap '' HUP INT TERM; exec cat", "-f"], StracePlan.Arguments(follow: true, [], []));

    [Fact]
    public void PutsTheUsersOwnWordsLast() => Assert.Equal(
        ["-e", "open,read", "-e", "signal=none", "-c", "-o", "/tmp/x"],
        StracePlan.Arguments(follow: false, ["open,read", "signal=none"], ["-c", "-o", "/tmp/x"]).Skip(2));
}

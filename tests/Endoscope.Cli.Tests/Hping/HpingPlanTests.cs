using System.Net;
using Endoscope.Cli.Hping;

namespace Endoscope.Cli.Tests.Hping;

public sealed class HpingPlanTests
{
    [Theory]
    [InlineData(null, "-S -p 80", "stdbuf --output=L hping3 -c 10 -S -p 80 10.0.0.7")]
    [InlineData(3, "-S", "stdbuf --output=L hping3 -c 3 -S 10.0.0.7")]
    [InlineData(null, "-c 1", "stdbuf --output=L hping3 -c 10 -c 1 10.0.0.7")]
    [InlineData(0, "-S", "stdbuf --output=L hping3 -S 10.0.0.7")]
    [InlineData(null, "--flood -S", "timeout --preserve-status --signal=INT 10 stdbuf --output=L hping3 -c 10 --flood -S 10.0.0.7")]
    [InlineData(0, "--flood", "stdbuf --output=L hping3 --flood 10.0.0.7")]
    public void IsBoundedUnlessAskedOtherwise(int? count, string arguments, string expected) =>
        Assert.Equal(expected, string.Join(' ', HpingPlan.Argv(count, arguments.Split(' '), IPAddress.Parse("10.0.0.7"))));

    [Theory]
    [InlineData("--flood", true)]
    [InlineData("--flo", true)]
    [InlineData("--fl", true)]
    [InlineData("--f", false)]
    [InlineData("--fast", false)]
    [InlineData("--floods", false)]
    [InlineData("-S", false)]
    public void KnowsAFloodByEveryNameThatHpingTakes(string argument, bool isFlood) => Assert.Equal(isFlood, HpingPlan.IsFlood(["-S", argument]));
}

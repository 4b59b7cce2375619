using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

public sealed class FpingPlanTests
{
    [Fact]
    public void PingsSoManyTimes()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")], Count = 5 });

        Assert.Equal(["fping", "-c", "5", "-D", "-p", "1000", "-t", "1000", "-i", "1", "10.0.0.1", "fd00::1"], plan.Argv);
    }

    [Fact]
    public void PingsWithoutEnd()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = [IPAddress.Loopback], Interval = TimeSpan.FromSeconds(0.2) });

        Assert.Equal(["fping", "-l", "-D", "-p", "200", "-t", "1000", "-i", "1", "127.0.0.1"], plan.Argv);
        Assert.Equal(TimeSpan.FromSeconds(1), plan.Timeout);
    }

    [Fact]
    public void NamesEachAddressOnce()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = [IPAddress.Parse("fd00:0:0::1"), IPAddress.Parse("fd00::1")] });

        Assert.Equal("fd00::1", Assert.Single(plan.Argv, argument => argument.Contains(':', StringComparison.Ordinal)));
    }

    [Fact]
    public void SendsARoundOfManyWithinAPartOfTheInterval()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = Many(1000), Count = 1 });

        Assert.Equal("0.2", After(plan, "-i"));
        Assert.Equal(TimeSpan.FromSeconds(1), plan.Interval);
    }

    [Fact]
    public void SlowsDownToWhatFpingCanNumber()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = Many(1200), Interval = TimeSpan.FromMilliseconds(50) });

        Assert.Equal(TimeSpan.FromMilliseconds(200), plan.Interval);
        Assert.Equal("200", After(plan, "-p"));
    }

    [Theory]
    [InlineData(0, 10, 1000)]
    [InlineData(1500, 1500, 1500)]
    [InlineData(60000, 60000, 2000)]
    public void ChoosesTheTimeoutByTheInterval(int asked, int interval, int timeout)
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = [IPAddress.Loopback], Interval = TimeSpan.FromMilliseconds(asked) });

        Assert.Equal(TimeSpan.FromMilliseconds(interval), plan.Interval);
        Assert.Equal(TimeSpan.FromMilliseconds(timeout), plan.Timeout);
    }

    [Theory]
    [InlineData(0, "-1")]
    [InlineData(12, "12")]
    public void ChangesTheIdAfterSoManyProbes(int count, string inAll)
    {
        var plan = FpingPlan.For(new FpingRequest
        {
            Addresses = [IPAddress.Loopback],
            Count = count,
            ProbesPerId = 5,
            Interval = TimeSpan.FromSeconds(0.5),
        });

        Assert.Equal(["bash", "-c"], plan.Argv.Take(2));
        Assert.Equal(["fping", inAll, "5", "2.5", "-D", "-p", "500", "-t", "1000", "-i", "1", "127.0.0.1"], plan.Argv.Skip(3));
    }

    [Fact]
    public void NeedsNoLoopWhereOneIdIsEnough()
    {
        var plan = FpingPlan.For(new FpingRequest { Addresses = [IPAddress.Loopback], Count = 5, ProbesPerId = 5 });

        Assert.Equal(["fping", "-c", "5"], plan.Argv.Take(3));
    }

    [Fact]
    public void RefusesToPingNothing() =>
        Assert.Throws<ArgumentException>(() => FpingPlan.For(new FpingRequest { Addresses = [] }));

    private static IPAddress[] Many(int count) =>
        [.. Enumerable.Range(0, count).Select(i => IPAddress.Parse($"10.1.{i / 250}.{(i % 250) + 1}"))];

    private static string After(FpingPlan plan, string option) => plan.Argv[plan.Argv.ToList().IndexOf(option) + 1];
}

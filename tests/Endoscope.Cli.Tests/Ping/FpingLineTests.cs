using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

/// <summary>The lines are those that fping 5.1 of Debian printed.</summary>
public sealed class FpingLineTests
{
    private static readonly IPAddress Loopback = IPAddress.Parse("127.0.0.2");

    [Fact]
    public void ReadsAnAnswer()
    {
        var said = FpingLine.Parse("[1795411398.80361] 127.0.0.2  : [1], 64 bytes, 0.047 ms (0.360 avg, 0% loss)");

        Assert.Equal(
            new PingAnswer(Loopback, 1, TimeSpan.FromMicroseconds(47), DateTimeOffset.FromUnixTimeMilliseconds(1795411398803).AddTicks(6100), 64),
            said);
    }

    [Theory]
    [InlineData("9.87", 9870)]
    [InlineData("98.7", 98700)]
    [InlineData("987", 987000)]
    [InlineData("1.234e+06", 1234000000)]
    [InlineData("-0.5", 0)]
    public void ReadsEveryFormOfATime(string time, long microseconds)
    {
        var answer = Assert.IsType<PingAnswer>(FpingLine.Parse($"127.0.0.2 : [0], 64 bytes, {time} ms (0.3 avg, 0% loss)"));

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), answer.RoundTrip);
        Assert.Null(answer.At);
    }

    [Fact]
    public void ReadsIPv6() => Assert.Equal(
        IPAddress.IPv6Loopback,
        Assert.IsType<PingAnswer>(FpingLine.Parse("[1795411401.31215] ::1        : [0], 64 bytes, 0.053 ms (0.053 avg, 0% loss)")).Address);

    [Fact]
    public void ReadsATimeout() => Assert.Equal(
        new PingTimeout(IPAddress.Parse("192.0.2.77"), 2, DateTimeOffset.FromUnixTimeMilliseconds(1795411399705).AddTicks(1500)),
        FpingLine.Parse("[1795411399.70515] 192.0.2.77 : [2], timed out (NaN avg, 100% loss)"));

    [Theory]
    [InlineData("ICMP Host Unreachable from 192.0.2.2 for ICMP Echo sent to 127.0.0.2", "Host Unreachable", "192.0.2.2")]
    [InlineData(
        "ICMP Unreachable (Communication Administratively Prohibited) from 10.0.0.1 for ICMP Echo sent to 127.0.0.2",
        "Unreachable (Communication Administratively Prohibited)",
        "10.0.0.1")]
    [InlineData("ICMP Time Exceeded from gw for ICMP Echo sent to 127.0.0.2", "Time Exceeded", "gw")]
    public void ReadsAnIcmpError(string line, string kind, string from) =>
        Assert.Equal(new PingError(Loopback, kind, from), FpingLine.Parse(line));

    [Theory]
    [InlineData("127.0.0.2  : xmt/rcv/%loss = 6/5/16%, min/avg/max = 0.047/0.154/0.673", 6, 5)]
    [InlineData("127.0.0.2 : xmt/rcv/%loss = 6/0/100%", 6, 0)]
    [InlineData("127.0.0.2 : xmt/rcv/%return = 6/7/116%, min/avg/max = 0.047/0.154/0.673", 6, 7)]
    public void ReadsTheTotals(string line, int sent, int received) =>
        Assert.Equal(new PingTotals(Loopback, sent, received), FpingLine.Parse(line));

    [Fact]
    public void ReadsALineThatFollowsTheMarkOfAForeignAnswer()
    {
        Assert.IsType<PingError>(
            FpingLine.Parse(" [<- 10.0.0.9] [<- fe80::1%eth0]ICMP Host Unreachable from 192.0.2.2 for ICMP Echo sent to 127.0.0.2"));
        Assert.IsType<PingAnswer>(FpingLine.Parse(" [<- 10.0.0.9][1795411398.80361] 127.0.0.2 : [1], 64 bytes, 0.047 ms (0.360 avg, 0% loss)"));
        Assert.Null(FpingLine.Parse(" [<- 10.0.0.9]"));
    }

    [Theory]
    [InlineData("fping: can't create socket (must run as root?)")]
    [InlineData("/bin/bash: line 1: /usr/bin/fping: Operation not permitted")]
    public void ExplainsAMissingCapability(string line) => Assert.Equal(
        new PingMessage("fping may not send ICMP: the capability NET_RAW is missing where it runs", IsFailure: true), FpingLine.Parse(line));

    [Fact]
    public void TellsAFailureFromOtherText()
    {
        Assert.Equal(
            new PingMessage("fping error: not enough sequence numbers available!", IsFailure: true),
            FpingLine.Parse("fping error: not enough sequence numbers available!"));
        Assert.Equal(new PingMessage("something new", IsFailure: false), FpingLine.Parse("something new"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\r")]
    public void SkipsBlankLines(string line) => Assert.Null(FpingLine.Parse(line));

    [Theory]
    [InlineData("127.0.0.2 : [99999999999], 64 bytes, 0.047 ms (0.360 avg, 0% loss)")]
    [InlineData("127.0.0.2 : [1], 64 bytes, 1e400 ms (0.360 avg, 0% loss)")]
    [InlineData("127.0.0.2 : [1], 64 bytes, NaN ms (0.360 avg, 0% loss)")]
    [InlineData("not-an-address : [1], 64 bytes, 1 ms (0.360 avg, 0% loss)")]
    [InlineData("127.0.0.2 : xmt/rcv/%loss = 99999999999/0/0%")]
    [InlineData("127.0.0.2 : [1], 64 by")]
    public void TakesWhatItCannotReadForText(string line) => Assert.IsType<PingMessage>(FpingLine.Parse(line));

    [Fact]
    public void KnowsTheMarkOfANewId() => Assert.IsType<PingBatch>(FpingLine.Parse(FpingPlan.BatchMarker));
}

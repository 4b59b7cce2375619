using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Processes;

public sealed class ProcessChoiceTests
{
    private static readonly ProcessRecord[] Processes =
    [
        Process(4711, 1, "sh", "/bin/sh", "-c", "nginx"),
        Process(4712, 7, "nginx", "nginx: master process"),
        Process(4713, 8, "nginx", "nginx: worker process"),
        Process(4714, 4712, "postgres", "/usr/lib/postgresql/bin/postgres"),
        Process(4715, 9, "a-very-long-nam", "/opt/a-very-long-name", "--serve"),
    ];

    [Theory]
    [InlineData("4711", 4711)]
    [InlineData("1", 4711)]
    [InlineData("8", 4713)]
    [InlineData("sh", 4711)]
    [InlineData("nginx", 4712, 4713)]
    [InlineData("post*", 4714)]
    [InlineData("?h", 4711)]
    [InlineData("a-very-long-name", 4715)]
    [InlineData("nginx: worker*", 4713)]
    public void TakesAProcessByItsNumbersAndItsName(string name, params int[] pids) => Assert.Equal(pids, Pids(name));

    [Fact]
    public void TakesANumberOnTheNodeBeforeOneInTheContainer() => Assert.Equal([4712], Pids("4712"));

    [Fact]
    public void TakesTheFirstWhereNoneIsNamed() => Assert.Equal([4711], Pids());

    [Fact]
    public void TakesEachOnceHoweverOftenItIsNamed() => Assert.Equal([4711, 4713], Pids("8", "4713", "sh", "1"));

    [Theory]
    [InlineData("apache")]
    [InlineData("2")]
    [InlineData("-1")]
    public void SaysWhichThereAre(string name)
    {
        var exception = Assert.Throws<AgentException>(() => Pids(name));

        Assert.Equal(AgentErrorCode.NoSuchProcess, exception.Error.Code);
        Assert.Equal($"no process of the container is '{name}'; there are 4711 (sh), 4712 (nginx), 4713 (nginx), 4714 (postgres), 4715 (a-very-long-nam)", exception.Message);
    }

    internal static ProcessRecord Process(int pid, int containerPid, string name, params string[] commandLine) => new()
    {
        Pid = pid,
        ContainerPid = containerPid,
        ParentPid = 1,
        UserId = 0,
        State = 'S',
        StartTicks = (ulong)pid,
        StartedAt = DateTimeOffset.UnixEpoch,
        Threads = 1,
        ResidentBytes = 0,
        Name = name,
        CommandLine = commandLine,
    };

    private static IEnumerable<int> Pids(params string[] names) => ProcessChoice.Choose(Processes, names).Select(process => process.Pid);
}

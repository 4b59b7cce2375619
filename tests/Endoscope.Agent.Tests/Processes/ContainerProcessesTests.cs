using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Processes;

public sealed class ContainerProcessesTests : IDisposable
{
    private static readonly string Id = new('a', 64);
    private static readonly string Own = $"0::/kubepods/pod1/{Id}\n";
    private static readonly string Below = $"0::/kubepods/pod1/{Id}/docker/inner\n";
    private static readonly string Elsewhere = $"0::/kubepods/pod1/{new string('b', 64)}\n";

    private readonly FakeProc proc = new();

    public void Dispose() => proc.Dispose();

    [Fact]
    public void ThePidOneOfTheContainerComesFirstThenTheOldest()
    {
        proc.Add(50, Own, 300, "50\t9").Add(60, Own, 100, "60\t1").Add(70, Own, 200, "70\t7").Add(80, Elsewhere, 1, "80\t1");

        Assert.Equal([60, 70, 50], Pids());
    }

    [Fact]
    public void ThePidOneComesFirstThoughAnotherIsAsOld()
    {
        proc.Add(50, Own, 100, "50\t2").Add(60, Own, 100, "60\t1");

        Assert.Equal([60, 50], Pids());
    }

    [Fact]
    public void InASharedPidNamespaceTheOldestOfTheOwnGroupComesFirst()
    {
        proc.Add(40, Below, 90, "40\t8").Add(50, Own, 300, "50\t9").Add(60, Own, 100, "60\t12").Add(30, Elsewhere, 10, "30\t1");

        Assert.Equal([60, 40, 50], Pids());
    }

    [Fact]
    public void ThePidOneOfAContainerInsideIsNotTaken()
    {
        proc.Add(60, Own, 100, "60\t14").Add(70, Below, 90, "70\t15\t1");

        Assert.Equal(60, Processes().First().Pid);
    }

    [Fact]
    public void ThePidOneMayHaveMovedToAGroupOfItsOwn()
    {
        proc.Add(60, Below, 100, "60\t1").Add(70, Own, 50, "70\t15");

        Assert.Equal(60, Processes().First().Pid);
    }

    [Theory]
    [InlineData("cgroup")]
    [InlineData("stat")]
    public void AProcessThatEndsMeanwhileIsLeftOut(string file)
    {
        proc.Add(60, Own, 100, "60\t1").Add(70, Own, 200, "70\t7").Lose(70, file);

        Assert.Equal([60], Pids());
    }

    [Fact]
    public void AProcessThatEndsLateHasNoCommandLine()
    {
        proc.Add(60, Own, 100, "60\t1").Lose(60, "cmdline").Lose(60, "status");

        Assert.Empty(Assert.Single(Processes().List()).CommandLine);
    }

    [Fact]
    public void ArgumentsKeepTheirSpacesAndEmptyOnes()
    {
        proc.Add(60, Own, 100, "60\t1", command: "/bin/a b\0\0c  d\0");

        Assert.Equal(["/bin/a b", "", "c  d"], Processes().First().CommandLine);
    }

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\0", new string[0])]
    [InlineData("nginx: master process /usr/sbin/nginx\0\0\0\0", new[] { "nginx: master process /usr/sbin/nginx" })]
    [InlineData("postgres: writer", new[] { "postgres: writer" })]
    public void ATitleIsOneArgument(string content, string[] arguments)
    {
        proc.Add(60, Own, 100, "60\t1", command: content);

        Assert.Equal(arguments, Processes().First().CommandLine);
    }

    [Fact]
    public void NoProcessIsAnErrorOfItsOwn()
    {
        proc.Add(80, Elsewhere, 1);

        Assert.Equal(AgentErrorCode.NoProcess, Assert.Throws<AgentException>(() => Processes().First()).Error.Code);
        Assert.Equal(AgentErrorCode.NoProcess, Assert.Throws<AgentException>(() => Processes().List()).Error.Code);
    }

    [Fact]
    public void AReusedPidAZombieAndAMovedProcessAreNotTheSameAnyMore()
    {
        proc.Add(60, Own, 100, "60\t1");
        var first = Processes().First();
        Assert.True(Processes().IsStill(first));

        proc.Add(60, Own, 101, "60\t1");
        Assert.False(Processes().IsStill(first));

        proc.Add(60, Own, 100, "60\t1", state: "Z");
        Assert.False(Processes().IsStill(first));

        proc.Add(60, Elsewhere, 100, "60\t1");
        Assert.False(Processes().IsStill(first));
    }

    private ContainerProcesses Processes() => new(new ProcFileSystem(proc.Root), ContainerId.Parse(Id)!);

    private IEnumerable<int> Pids() => Processes().List().Select(process => process.Pid);
}

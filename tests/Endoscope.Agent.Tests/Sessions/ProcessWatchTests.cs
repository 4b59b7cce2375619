using Endoscope.Agent.Processes;
using Endoscope.Agent.Sessions;
using Endoscope.Agent.Tests.Processes;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class ProcessWatchTests : IDisposable
{
    private static readonly string Id = new('a', 64);
    private static readonly string Own = $"0::/kubepods/pod1/{Id}\n";

    private readonly FakeProc proc = new();

    public void Dispose() => proc.Dispose();

    [Theory]
    [InlineData("R")]
    [InlineData("Z")]
    public void TellsOfOneThatHasEndedWhatItWasBeforeItsMemoryWasGone(string state)
    {
        proc.Add(60, Own, 100, "60\t1", command: "/serve").Add(70, Own, 200, "70\t7", command: "sleep\077\0");
        var watch = new ProcessWatch(new ContainerProcesses(new ProcFileSystem(proc.Root), ContainerId.Parse(Id)!), [], TimeSpan.FromSeconds(1));

        Assert.Equal([60, 70], watch.Look().SelectMany(change => change.Come).Select(process => process.Pid));
        proc.Add(70, Own, 200, "70\t7", state, command: "");
        Assert.Empty(watch.Look());
        proc.Lose(70, "cgroup").Lose(70, "stat");

        Assert.Equal(["sleep", "77"], watch.Look().SelectMany(change => change.Gone).Single().CommandLine);
    }
}

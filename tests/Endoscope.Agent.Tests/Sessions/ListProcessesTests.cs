using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class ListProcessesTests
{
    [RootFact]
    public async Task ListsTheContainersProcessesAndNobodyElses()
    {
        await using var container = await TestContainer.StartAsync("sleep 1000 & setpriv --reuid 1234 sleep 2000 & wait");
        await using var other = await TestContainer.StartAsync();
        await Eventually.TrueAsync(() => container.Pids.Count == 3);

        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = container.Id });

        Assert.Null(result.End.Error);
        Assert.Equal(container.Pids, result.Processes.Select(process => process.Pid).Order());
        var first = result.Processes[0];
        Assert.Equal((1, "sh", 0u, 1), (first.ContainerPid, first.Name, first.UserId, first.Threads));
        Assert.True(first.ResidentBytes > 100_000);
        Assert.InRange(TimeProvider.System.GetUtcNow() - first.StartedAt, TimeSpan.FromMilliseconds(-50), TimeSpan.FromMinutes(1));
        var other1234 = result.Processes.Single(process => process.UserId == 1234);
        Assert.Equal(["sleep", "2000"], other1234.CommandLine);
        Assert.Equal(first.Pid, other1234.ParentPid);
        Assert.All(result.Processes.Skip(1), process => Assert.InRange(process.ContainerPid, 2, 1000));
        Assert.All(result.Processes, process => Assert.Contains(process.State, "SDR"));
    }

    [RootFact]
    public async Task CountsAChildGroupsProcessesToo()
    {
        await using var container = await TestContainer.StartAsync();
        var child = Directory.CreateDirectory(Path.Combine(container.Group, "system.slice")).FullName;
        var pids = container.Pids;
        File.WriteAllText(Path.Combine(child, "cgroup.procs"), $"{pids[^1]}");

        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = container.Id });

        Assert.Equal(pids, result.Processes.Select(process => process.Pid).Order());
    }

    [RootFact]
    public async Task AListTooLongForOneFrameComesWhole()
    {
        await using var container = await TestContainer.StartAsync(
            "x=$(head -c 60000 /dev/zero | tr '\\0' x); for i in 1 2 3 4 5 6 7; do sh -c 'sleep 1000; :' sh $x & done; wait");
        await Eventually.TrueAsync(() => container.Pids.Count == 15);

        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = container.Id });

        Assert.Equal(container.Pids, result.Processes.Select(process => process.Pid).Order());
        Assert.Equal(7, result.Processes.Count(process => process.CommandLine is [.., { Length: 60_000 }]));
        Assert.True(result.ProcessFrames > 1);
    }

    [RootFact]
    public async Task TellsOnceOfWhatComesAndGoesWhileItIsWatched()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(
            new ListProcessesRequest { ContainerId = container.Id, Processes = ["sleep"], Interval = TimeSpan.FromMilliseconds(100) });
        var before = await ChangeAsync(agent);
        Proc.Kill(before.Come.Single().Pid, 9);
        var after = await ChangeAsync(agent);

        Assert.True(before.IsFirst);
        Assert.Equal(["sleep", "1000"], before.Come.Single().CommandLine);
        Assert.False(after.IsFirst);
        Assert.Equal(before.Come.Single().Pid, after.Gone.Single().Pid);
        var end = await agent.EndAsync();
        Assert.Null(end.End.Error);
    }

    [Fact]
    public async Task IsNotToLookAllTheTime()
    {
        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = new string('f', 64), Interval = TimeSpan.FromMilliseconds(1) });

        Assert.Equal(AgentErrorCode.Protocol, result.End.Error?.Code);
    }

    [Fact]
    public async Task SaysThatThereIsNoneToWatch()
    {
        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = new string('f', 64), Interval = TimeSpan.FromSeconds(1) });

        Assert.Equal(AgentErrorCode.NoProcess, result.End.Error?.Code);
    }

    [Fact]
    public async Task SaysThatThereIsNone()
    {
        var result = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = new string('f', 64) });

        Assert.Equal(AgentErrorCode.NoProcess, result.End.Error?.Code);
        Assert.Null(result.End.ExitCode);
    }

    private static async Task<ProcessChange> ChangeAsync(AgentProcess agent)
    {
        var frame = await agent.ReadAsync();
        Assert.Equal(FrameType.ProcessChange, frame?.Type);
        return System.Text.Json.JsonSerializer.Deserialize(frame!.Value.Payload.Span, ProtocolJson.Default.ProcessChange)!;
    }

    [Fact]
    public async Task RefusesGarbage()
    {
        await using var agent = AgentProcess.Start();
        await agent.Writer.WriteAsync(FrameType.Request, "GET / HTTP/1.1"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal(AgentErrorCode.Protocol, (await agent.EndAsync()).End.Error?.Code);
    }

    [Fact]
    public async Task EndsWhenTheClientGoesBeforeItAsks()
    {
        await using var agent = AgentProcess.Start();
        agent.CloseInput();

        Assert.Equal(1, await agent.ExitAsync());
    }
}

using System.Diagnostics;
using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

/// <summary>Nothing outlives a session, however it ends.</summary>
public sealed class LeftoverTests
{
    private readonly string mark = RunToolTests.Mark();

    [RootFact]
    public async Task AClientThatVanishesTakesItsToolAlong()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, $"sleep {mark} & sleep {mark} & wait"));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 2);
        agent.Vanish();

        Assert.Equal(1, await agent.ExitAsync());
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task AClientThatVanishesTakesItsShellAndAllItsJobsAlong()
    {
        await using var container = await TestContainer.StartAsync();
        var request = RunToolTests.Request(container, ["bash", "--norc", "-i"]) with { Terminal = new TerminalSize(80, 24) };
        await using var agent = await AgentProcess.StartAsync(request);
        await agent.InputAsync(System.Text.Encoding.ASCII.GetBytes(
            $"sleep {mark} &\rnohup sleep {mark} &\rsetsid -f sleep {mark}\r(trap '' HUP TERM; sleep {mark}; sleep {mark}) &\rsleep {mark}\r"));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 5);
        agent.Vanish();

        Assert.Equal(1, await agent.ExitAsync());
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task AnUnreadableFrameEndsTheTool()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, $"sleep {mark}; :"));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 1);
        await agent.Writer.WriteAsync((FrameType)99, default, TestContext.Current.CancellationToken);

        Assert.Equal(AgentErrorCode.Protocol, (await agent.EndAsync()).End.Error?.Code);
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task AChildInTheBackgroundThatHoldsTheStreamsDoesNotHoldTheSession()
    {
        await using var container = await TestContainer.StartAsync();
        var start = Stopwatch.GetTimestamp();

        var result = await AgentProcess.RunAsync(Request(container, $"sleep {mark} & echo out; exit 3"));

        Assert.Equal((3, "out\n"), (result.End.ExitCode, result.Output));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task WhatAChildInTheBackgroundStillSaysIsRead()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(Request(container, "(sleep 0.4; echo late; sleep 0.4; echo later) & exit 0"));

        Assert.Equal("late\nlater\n", result.Output);
    }

    [RootFact]
    public async Task ADaemonIsEndedWithItsTool()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(Request(
            container, $"setsid -f sh -c 'sleep {mark} & sleep {mark}' < /dev/null > /dev/null 2>&1; trap '' TERM; sleep 0.3"));

        Assert.Equal(0, result.End.ExitCode);
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task AChildLeftInTheTargetsPidNamespaceIsEnded()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(
            RunToolTests.Request(container, ["sh", "-c", $"sleep {mark} < /dev/null > /dev/null 2>&1 & exit 2"], "net", "pid"));

        Assert.Equal(2, result.End.ExitCode);
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task OrphansThatEndDuringTheSessionAreReaped()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, "for i in 1 2 3 4 5; do (sh -c 'sleep 0.1' &); done; sleep 0.5; echo ready; sleep 100"));
        await agent.OutputUntilAsync("ready");

        await Eventually.TrueAsync(() => Children(agent.Pid).Count == 1);
    }

    /// <summary>gdb that hears SIGTERM while it detaches leaves breakpoints in its target, which dies of them.</summary>
    [RootFact]
    public async Task ADebuggerIsAskedToLeaveInTheWayInWhichItFinishesFirst()
    {
        await using var container = await TestContainer.StartAsync();
        var directory = Directory.CreateTempSubdirectory();
        var (debugger, heard) = (Path.Combine(directory.FullName, "gdb"), Path.Combine(directory.FullName, "heard"));
        File.CreateSymbolicLink(debugger, "/bin/sh");
        var script = $"trap 'echo TERM >> {heard}' TERM; trap 'echo HUP >> {heard}; sleep 1; sleep 1; sleep 1; echo detached >> {heard}; exit' HUP; echo ready; while :; do sleep 0.1; done";
        await using var agent = await AgentProcess.StartAsync(RunToolTests.Request(container, [debugger, "-c", script]));
        await agent.OutputUntilAsync("ready");

        agent.Vanish();

        Assert.Equal(1, await agent.ExitAsync());
        Assert.Equal(["HUP", "detached"], File.ReadAllLines(heard));
        directory.Delete(recursive: true);
    }

    private static List<int> Children(int pid)
    {
        var proc = new Endoscope.Agent.Processes.ProcFileSystem();
        return [.. proc.ProcessIds().Where(child => proc.Stat(child)?.Parent == pid)];
    }

    private static RunRequest Request(TestContainer container, string script) => RunToolTests.Request(container, ["sh", "-c", script]);
}

using System.Diagnostics;
using Endoscope.Agent.Tests.Running;
using Endoscope.Agent.Tests.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Waiting;

public sealed class WaitingAgentTests
{
    [RootFact]
    public async Task EndsAfterTheIdleTime()
    {
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 1);

        Assert.Equal(0, await waiting.ExitAsync());
        Assert.InRange(waiting.Lived, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(5));
        Assert.Equal(["waiting for sessions; ends after 1 s without one", "ended: no session for 1 s"], waiting.Log);
    }

    [RootFact]
    public async Task EndsAtOnceWhenAskedTo()
    {
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600);
        Proc.Kill(waiting.Pid, 15);

        Assert.Equal(0, await waiting.ExitAsync());
        Assert.Equal("ended: asked to", waiting.Log[^1]);
    }

    [RootFact]
    public async Task EndsWhenAnotherOfItsContainerAsksButNotWhenAStrangerDoes()
    {
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600);
        Assert.Equal(1, await EndAsync());
        Assert.True(Proc.Lives(waiting.Pid));

        Assert.Equal(0, await EndAsync(waiting.Beside));

        Assert.Equal(0, await waiting.ExitAsync());
        Assert.Equal("ended: asked to", waiting.Log[^1]);
    }

    [RootFact]
    public async Task EndsAtOnceWhenAskedToAsTheFirstProcessAndReapsOrphans()
    {
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600, "--pid", "--fork", "--mount-proc", "--kill-child");
        var init = Children(waiting.Pid).Single();
        using var orphaning = Process.Start("nsenter", [$"--target={init}", "--pid", "--mount", "sh", "-c", "(sleep 0.1 &)"]);
        await orphaning.WaitForExitAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => Children(init).Count == 0);
        Proc.Kill(init, 15);

        Assert.Equal(0, await waiting.ExitAsync());
    }

    [RootFact]
    public async Task ASessionHoldsItAndTheIdleTimeBeginsAfterTheLast()
    {
        await using var container = await TestContainer.StartAsync();
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 1);
        await using (var first = await AgentProcess.StartAsync(RunToolTests.Request(container, ["cat"]), waiting.Beside))
        await using (var second = await AgentProcess.StartAsync(RunToolTests.Request(container, ["cat"]), waiting.Beside))
        {
            await first.StartedAsync();
            await second.StartedAsync();
            await Task.Delay(1500, TestContext.Current.CancellationToken);
            Assert.True(Proc.Lives(waiting.Pid));
        }

        Assert.Equal(0, await waiting.ExitAsync());
    }

    [RootFact]
    public async Task TheToolOfAKilledSessionIsEnded()
    {
        var mark = RunToolTests.Mark();
        await using var container = await TestContainer.StartAsync();
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600);
        await using var agent = await AgentProcess.StartAsync(
            RunToolTests.Request(container, ["sh", "-c", $"trap '' HUP TERM; (sleep {mark}; sleep {mark}) & while :; do sleep {mark}; done"]), waiting.Beside);
        await agent.StartedAsync();
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 2);
        agent.Kill();

        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 0);
        Assert.True(Proc.Lives(waiting.Pid));
    }

    [RootFact]
    public async Task ToolsEndWithTheContainersCommandAndTheirClientsAreTold()
    {
        await using var container = await TestContainer.StartAsync();
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600);
        await using var agent = await AgentProcess.StartAsync(RunToolTests.Request(container, ["sleep", RunToolTests.Mark()]), waiting.Beside);
        await agent.StartedAsync();
        Proc.Kill(waiting.Pid, 15);

        var end = (await agent.EndAsync()).End;
        Assert.Equal(AgentErrorCode.Dismissed, end.Error?.Code);
        Assert.True(end.Signal is 1 or 15, $"ended by {end.Signal}");
        Assert.Equal(0, await waiting.ExitAsync());
    }

    [RootFact]
    public async Task AToolThatWillNotEndIsKilledBeforeTheContainerIs()
    {
        var mark = RunToolTests.Mark();
        await using var container = await TestContainer.StartAsync();
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 600);
        await using var agent = await AgentProcess.StartAsync(
            RunToolTests.Request(container, ["sh", "-c", $"trap '' HUP TERM; while :; do sleep {mark}; done"]), waiting.Beside);
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 1);
        Proc.Kill(waiting.Pid, 15);

        var end = (await agent.EndAsync()).End;
        Assert.Equal((AgentErrorCode.Dismissed, 9), (end.Error?.Code, end.Signal));
    }

    [RootFact]
    public async Task AForeignProcessNeitherHoldsItNorHasAnythingKilled()
    {
        await using var waiting = await WaitingProcess.StartAsync(idleSeconds: 1);
        using var victim = Process.Start("sleep", ["1000"]);
        var start = new Agent.Processes.ProcFileSystem().Stat(victim.Id)!.Value.StartTicks;
        var script = $"""
            import os, socket, struct
            name = b'\0endoscope-agent/' + os.readlink('/proc/{waiting.Pid}/ns/mnt').encode()
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.connect(name)
            s.send(struct.pack('>iQ', {victim.Id}, {start}))
            s.settimeout(5)
            print(s.recv(1))
            """;
        using var stranger = Process.Start(new ProcessStartInfo("python3", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await stranger.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, await waiting.ExitAsync());
        Assert.False(victim.HasExited, said);
        victim.Kill();
        Assert.Contains(waiting.Log, line => line.StartsWith("refused", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task TwoContainersInOneNetworkNamespaceDoNotMeet()
    {
        await using var one = await WaitingProcess.StartAsync(idleSeconds: 600);
        await using var other = await WaitingProcess.StartAsync(idleSeconds: 1);
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(RunToolTests.Request(container, ["cat"]), one.Beside);
        await agent.StartedAsync();

        Assert.Equal(0, await other.ExitAsync());
        Assert.True(Proc.Lives(one.Pid));
    }

    private static List<int> Children(int pid)
    {
        var proc = new Agent.Processes.ProcFileSystem();
        return [.. proc.ProcessIds().Where(child => proc.Stat(child)?.Parent == pid)];
    }

    private static async Task<int> EndAsync(params string[] prefix)
    {
        string[] command = [.. prefix, AgentProcess.Program, "end"];
        using var ending = Process.Start(command[0], command[1..]);
        await ending.WaitForExitAsync(TestContext.Current.CancellationToken);
        return ending.ExitCode;
    }
}

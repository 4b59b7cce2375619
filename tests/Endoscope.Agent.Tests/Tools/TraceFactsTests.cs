using Endoscope.Agent.Native;
using Endoscope.Agent.Processes;
using Endoscope.Agent.Tests.Processes;
using Endoscope.Agent.Tests.Running;
using Endoscope.Agent.Tools;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Tools;

/// <summary>Quality row 26: why a process cannot be traced, by name.</summary>
public sealed class TraceFactsTests
{
    private static readonly TraceFacts Allowed = new(Tracer: null, HasCapability: true, AllowsCall: true, YamaScope: 1, OwnLabel: "", Label: "");
    private static readonly ProcessRecord Server = ProcessChoiceTests.Process(4711, 1, "server", "/server");

    [Fact]
    public void NamesWhatTracesItAlready() => Assert.Equal(
        "process 4711 (server) is already traced by process 99 (gdb); a process has one tracer at a time",
        (Allowed with { Tracer = "99 (gdb)" }).Refusal(Server).Message);

    [Fact]
    public void NamesTheSeccompProfile() => Assert.Contains(
        "the seccomp profile of endoscope's container forbids ptrace(2)", (Allowed with { AllowsCall = false }).Refusal(Server).Message);

    [Fact]
    public void NamesYama() => Assert.Contains("kernel.yama.ptrace_scope=3", (Allowed with { YamaScope = 3 }).Refusal(Server).Message);

    [Fact]
    public void NamesTheCapabilityAndOnlyThenIsANewDebugPodOfUse()
    {
        var refusal = (Allowed with { HasCapability = false, YamaScope = 2 }).Refusal(Server);

        Assert.Equal(AgentErrorCode.Refused, refusal.Error.Code);
        Assert.Equal("the kernel refuses to trace process 4711 (server): it needs the capability SYS_PTRACE", refusal.Message);
        Assert.Equal(AgentErrorCode.Untraceable, Allowed.Refusal(Server).Error.Code);
    }

    [Fact]
    public void NamesTheSecurityModulesLabels() => Assert.Contains(
        "does not let 'cri-containerd.apparmor.d (enforce)' trace 'unconfined'",
        (Allowed with { OwnLabel = "cri-containerd.apparmor.d (enforce)", Label = "unconfined" }).Refusal(Server).Message);

    [Fact]
    public void ReadsThemFromThisMachine()
    {
        var facts = TraceFacts.Read(new ProcFileSystem(), Environment.ProcessId);

        Assert.Null(facts.Tracer);
        Assert.True(facts.AllowsCall);
    }

    [RootFact]
    public async Task TriesAndLetsGoAgain()
    {
        await using var container = await TestContainer.StartAsync();
        var (proc, sleep) = Sleep(container);

        TracePermission.Check(proc, sleep);

        Assert.Equal(0, TraceFacts.TracerOf(proc, sleep.Pid));
        Assert.Equal('S', proc.Stat(sleep.Pid)?.State);
    }

    [RootFact]
    public async Task FindsTheTracerThatIsThere()
    {
        await using var container = await TestContainer.StartAsync();
        var (proc, sleep) = Sleep(container);
        using var traced = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var tracer = new Thread(() =>
        {
            _ = Libc.Trace(TraceRequests.Seize, sleep.Pid, 0, 0);
            traced.Set();
            done.Wait();
        });
        tracer.Start();
        traced.Wait(TestContext.Current.CancellationToken);

        var refusal = Assert.Throws<AgentException>(() => TracePermission.Check(proc, sleep));
        done.Set();
        tracer.Join();

        Assert.Matches(@"^process \d+ \(sleep\) is already traced by process \d+ \(.+\); a process has one tracer at a time$", refusal.Message);
    }

    [RootFact]
    public async Task SaysThatTheCapabilityIsMissing()
    {
        await using var container = await TestContainer.StartAsync("sleep 1000");
        await using var agent = await AgentProcess.StartAsync(
            new AttachRequest { ContainerId = container.Id, Tool = AttachTool.Strace }, "setpriv", "--bounding-set", "-all", "--inh-caps", "-all");

        var error = (await agent.EndAsync()).End.Error;

        Assert.Equal(AgentErrorCode.Refused, error?.Code);
        Assert.Contains("it needs the capability SYS_PTRACE", error?.Message);
    }

    private static (ProcFileSystem Proc, ProcessRecord Sleep) Sleep(TestContainer container)
    {
        var proc = new ProcFileSystem();
        return (proc, new ContainerProcesses(proc, ContainerId.Parse(container.Id)!).List().Single(process => process.Name == "sleep"));
    }
}

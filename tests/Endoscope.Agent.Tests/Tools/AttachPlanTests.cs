using Endoscope.Agent.Tests.Processes;
using Endoscope.Agent.Tools;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Tools;

public sealed class AttachPlanTests
{
    private static readonly ProcessRecord One = ProcessChoiceTests.Process(4711, 1, "server", "/server");
    private static readonly ProcessRecord Other = ProcessChoiceTests.Process(4712, 2, "helper", "/helper");

    [Fact]
    public void AttachesStraceToAllOfThem() => Assert.Equal(
        ["strace", "-p", "4711,4712", "-f", "-e", "open"],
        Argv(new AttachRequest { Tool = AttachTool.Strace, Arguments = ["-f", "-e", "open"] }, "/server", One, Other));

    [Fact]
    public void LetsGdbSeeTheTargetsFilesAndRunNoneOfThem() => Assert.Equal(
        [
            "gdb", "-q", "-iex", "set auto-load off", "-iex", "set sysroot /proc/4711/root",
            "-iex", "set debug-file-directory /proc/4711/root/usr/lib/debug", "-p", "4711", "-batch", "-ex", "bt",
        ],
        Argv(new AttachRequest { Tool = AttachTool.Gdb, Arguments = ["-batch", "-ex", "bt"] }, "/server", One));

    [Fact]
    public void GivesGdbTheRunningProgramWhereItsFileIsGone() => Assert.Equal(
        ["-p", "4711", "/proc/4711/exe"],
        Argv(new AttachRequest { Tool = AttachTool.Gdb }, "/server (deleted)", One).TakeLast(3));

    [Fact]
    public void EntersNoNamespace() => Assert.Empty(AttachPlan.Plan(new AttachRequest { Tool = AttachTool.Gdb }, [One], null).Namespaces);

    [Fact]
    public void AttachesGdbToNoMoreThanOne()
    {
        var exception = Assert.Throws<AgentException>(() => Argv(new AttachRequest { Tool = AttachTool.Gdb }, "/server", One, Other));

        Assert.Equal("gdb attaches to one process, and 2 were asked for: 4711 (server), 4712 (helper)", exception.Message);
    }

    [Fact]
    public void RefusesAnyOtherTool() =>
        Assert.Equal(AgentErrorCode.Protocol, Assert.Throws<AgentException>(() => Argv(new AttachRequest { Tool = "sh" }, null, One)).Error.Code);

    private static IReadOnlyList<string> Argv(AttachRequest request, string? executable, params ProcessRecord[] processes) =>
        AttachPlan.Plan(request, processes, executable).Argv;
}

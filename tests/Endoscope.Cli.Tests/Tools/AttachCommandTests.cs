using Endoscope.Cli.Tests.Program;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Tools;

/// <summary>What <c>scope strace</c> and <c>scope gdb</c> ask of the agent, and what they make of its answers.</summary>
public sealed class AttachCommandTests
{
    [Fact]
    public async Task AsksForTheProcessesAsTheyAreWrittenAndPassesTheRestOnWordByWord()
    {
        var (request, outcome) = await RunAsync("-p", "web", "strace", "-p", "12", "-p", "nginx", "-e", "trace=%file", "--", "-c", "-p", "--pod", "a b");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(AttachTool.Strace, request.Tool);
        Assert.Equal(["12", "nginx"], request.Processes);
        Assert.Equal(["-f", "-e", "trace=%file", "-c", "-p", "--pod", "a b"], request.Arguments.Skip(2));
        Assert.Null(request.Terminal);
    }

    [Fact]
    public async Task LeavesOutWhatIsNotWanted()
    {
        var (strace, _) = await RunAsync("-p", "web", "strace", "--no-follow");
        var (gdb, _) = await RunAsync("-p", "web", "gdb", "--", "-batch", "-ex", "bt");

        Assert.Empty(strace.Processes);
        Assert.DoesNotContain("-f", strace.Arguments);
        Assert.Equal(AttachTool.Gdb, gdb.Tool);
        Assert.Equal(["-batch", "-ex", "bt"], gdb.Arguments);
    }

    [Fact]
    public async Task TellsWhichProcessItIsWithoutLettingItSpeakToTheTerminal()
    {
        var (_, outcome) = await RunAsync("-p", "web", "gdb", "--", "-batch");

        Assert.StartsWith(@"scope: gdb of process 4711 (1 in container app): /server \x1b]0;owned\x07", outcome.Stderr);
    }

    [Theory]
    [InlineData(AgentErrorCode.Untraceable, null)]
    [InlineData(AgentErrorCode.NoSuchProcess, "scope pids lists")]
    [InlineData(AgentErrorCode.Refused, "scope cleanup")]
    public async Task SaysWhyNotAndOnlyWhatHelps(string code, string? hint)
    {
        await using var program = await WholeProgram.StartAsync();
        program.OnRequest((_, agent, token) => agent.WriteAsync(
            FrameType.End, new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(code, "not this one") }, ProtocolJson.Default.EndEvent, token).AsTask());

        var outcome = await program.RunAsync("-p", "web", "strace");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.StartsWith("scope: error: not this one\n", outcome.Stderr);
        if (hint is null)
        {
            Assert.DoesNotContain("hint", outcome.Stderr);
        }
        else
        {
            Assert.Contains($"scope: hint: {hint}", outcome.Stderr);
        }
    }

    private static async Task<(AttachRequest Request, Outcome Outcome)> RunAsync(params string[] args)
    {
        await using var program = await WholeProgram.StartAsync();
        AttachRequest? asked = null;
        program.OnRequest(async (request, agent, token) =>
        {
            asked = Assert.IsType<AttachRequest>(request);
            var process = new ProcessRecord
            {
                Pid = 4711,
                ContainerPid = 1,
                ParentPid = 1,
                UserId = 0,
                State = 'S',
                StartTicks = 1,
                StartedAt = DateTimeOffset.UnixEpoch,
                Threads = 1,
                ResidentBytes = 0,
                Name = "server",
                CommandLine = ["/server", "\e]0;owned\a"],
            };
            await agent.WriteAsync(
                FrameType.Started, new StartedEvent { ToolPid = 1, Target = process, Attached = [process] }, ProtocolJson.Default.StartedEvent, token);
            await agent.WriteAsync(FrameType.End, new EndEvent { ExitCode = 0, OutputBytes = 0, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        });
        var outcome = await program.RunAsync(args);
        return (asked!, outcome);
    }
}

using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class TerminalTests
{
    [RootFact]
    public async Task TheToolHasAControllingTerminalOfTheSizeAskedFor()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", "stty size; tty; test -t 0 && test -t 1 && test -t 2 && echo x > /dev/tty; ls /proc/self/fd | tr '\\n' ' '"]));

        var lines = (await agent.EndAsync()).Output.Split("\r\n");

        Assert.Equal("33 101", lines[0]);
        Assert.StartsWith("/dev/pts/", lines[1], StringComparison.Ordinal);
        Assert.Equal(["x", "0 1 2 3 "], lines[2..4]);
    }

    [RootFact]
    public async Task ANewSizeReachesTheTool()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(
            Request(container, ["bash", "-c", "trap 'stty size' WINCH; echo ready; while :; do sleep 0.05; done"]));
        await agent.OutputUntilAsync("ready");
        await agent.ResizeAsync(132, 50);

        await agent.OutputUntilAsync("50 132");
    }

    [RootFact]
    public async Task AnInteractiveShellHasJobControl()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["bash", "--norc", "-i"]));
        var mark = RunToolTests.Mark();

        // The line discipline, not the agent, turns ^C and ^Z into signals for the foreground job.
        await agent.InputAsync("PS1='<$?>'\r"u8.ToArray());
        var start = await agent.OutputUntilAsync("<0>");
        await agent.InputAsync(System.Text.Encoding.ASCII.GetBytes($"sleep {mark}\r"));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 1);
        await agent.InputAsync(new byte[] { 3 });
        await agent.OutputUntilAsync("<130>");
        await agent.InputAsync(System.Text.Encoding.ASCII.GetBytes($"sleep {mark}\r"));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Count == 1);
        await agent.InputAsync(new byte[] { 26 });
        await agent.OutputUntilAsync("<148>");
        await agent.InputAsync("jobs; kill %1; fg\r"u8.ToArray());
        await agent.OutputUntilAsync("Stopped");
        await agent.InputAsync("exit 4\r"u8.ToArray());
        var end = await agent.EndAsync();

        Assert.Equal(4, end.End.ExitCode);
        Assert.DoesNotContain("job control", start, StringComparison.Ordinal);
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task ASignalGoesToTheForegroundJob()
    {
        await using var container = await TestContainer.StartAsync();
        var mark = RunToolTests.Mark();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["bash", "--norc", "-ic", $"sleep {mark}; echo code $?"]));
        await Eventually.TrueAsync(() => Proc.WithArgument(mark).Any(pid => Proc.Name(pid) == "sleep"));
        await agent.SignalAsync(15);

        await agent.OutputUntilAsync("code 143");
    }

    [RootFact]
    public async Task EndOfInputIsACharacterAndNotAClosedTerminal()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", "stty -echo; echo ready; cat; echo rest"]));
        var tool = (await agent.StartedAsync()).ToolPid;
        await agent.OutputUntilAsync("ready");
        await agent.InputAsync("typed\r"u8.ToArray());
        await agent.Writer.WriteAsync(FrameType.InputEnd, default, TestContext.Current.CancellationToken);
        await agent.OutputUntilAsync("typed");
        Assert.True(Proc.Lives(tool));
    }

    [RootFact]
    public async Task TheEndOfInputCharacterEndsIt()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", "stty -echo; echo ready; cat; echo rest"]));
        await agent.OutputUntilAsync("ready");
        await agent.InputAsync("typed\r\u0004"u8.ToArray());

        Assert.Equal("typed\r\nrest\r\n", (await agent.EndAsync()).Output.TrimStart('\r', '\n'));
    }

    private static RunRequest Request(TestContainer container, string[] argv) =>
        RunToolTests.Request(container, argv) with
        {
            Terminal = new TerminalSize(101, 33),
            Environment = new Dictionary<string, string> { ["TERM"] = "xterm" },
        };
}

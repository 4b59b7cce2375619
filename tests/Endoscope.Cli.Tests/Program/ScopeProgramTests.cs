using System.Text;
using System.Text.Json;
using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>What a user sees of the whole program when a cluster does what a real one cannot be asked for.</summary>
public sealed class ScopeProgramTests
{
    private static readonly ProcessRecord Init = new()
    {
        Pid = 4711,
        ContainerPid = 1,
        ParentPid = 4700,
        UserId = 65532,
        State = 'S',
        StartTicks = 99,
        StartedAt = DateTimeOffset.UnixEpoch,
        Threads = 3,
        ResidentBytes = 3 << 20,
        Name = "server",
        CommandLine = ["/server", "--title", "\e]0;owned\a"],
    };

    [Fact]
    public async Task ShowsTheProcessesThatTheAgentFinds()
    {
        await using var program = await StartAsync();
        program.OnRequest(AnswerWithInit);

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Matches(@"(?m)^4711\s+1\s+4700\s+65532\s+S\s.*\s3\s+3\.0 MiB\s+/server --title", outcome.Stdout);
    }

    [Fact]
    public async Task WritesOutWhatAProcessWouldHaveTheTerminalDo()
    {
        await using var program = await StartAsync();
        program.OnRequest(AnswerWithInit);

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Contains(@"\x1b]0;owned\x07", outcome.Stdout);
        Assert.DoesNotContain('\e', outcome.Stdout + outcome.Stderr);
    }

    [Fact]
    public async Task TriesAgainWhereTheKubeletStillTakesAPredecessorForTheNewDebugPod()
    {
        await using var program = await StartAsync();
        var calls = 0;
        program.Server.OnExec((call, token) => Interlocked.Increment(ref calls) == 1
            ? call.FailAsync("failed to load task: no running task found")
            : SoundAgent.AnswerAsync(call, () => Task.CompletedTask, token));

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.True(outcome.ExitCode == ExitCode.Done, outcome.Stderr);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task TriesAgainWhereTheKubeletKnowsOnlyThePredecessorOfTheNewDebugPod()
    {
        await using var program = await StartAsync();
        program.OnRequest(AnswerWithInit);
        var calls = 0;
        program.Server.Answer(request => request.Path.EndsWith("/exec", StringComparison.Ordinal) && Interlocked.Increment(ref calls) == 1
            ? ScriptedAnswer.Failure(500, "InternalError", "container not found (\"endoscope\")") : null);

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.True(outcome.ExitCode == ExitCode.Done, outcome.Stderr);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task TellsAConnectionThatIsCutFromOneThatEnds()
    {
        await using var program = await StartAsync();
        program.OnRequest((_, _, _) => Task.CompletedTask);
        var ended = await program.RunAsync("-p", "web", "pids");
        program.OnRequest(async (_, agent, token) =>
        {
            await agent.WriteAsync(FrameType.Output, new byte[10], token);
            await agent.WriteAsync(FrameType.End, new EndEvent { ExitCode = 0, OutputBytes = 20, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        });
        var cut = await program.RunAsync("-p", "web", "shell", "cat", "big");

        Assert.Equal(ExitCode.Cluster, ended.ExitCode);
        Assert.Contains("the agent ended without its end marker", ended.Stderr);
        Assert.Equal(ExitCode.Lost, cut.ExitCode);
        Assert.Contains("connection lost: of 20 bytes that the agent sent only 10 arrived", cut.Stderr);
    }

    [Fact(Timeout = 60_000)]
    public async Task PingWithoutEndGoesOnWhenALostConnectionIsBack()
    {
        await using var program = await StartAsync();
        var address = program.Server.Pods.AddRunning("shop", "db").Status.PodIP;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var calls = 0;
        program.Server.OnExec(async (call, cancellationToken) =>
        {
            _ = await new FrameReader(call.Input).ReadAsync(cancellationToken);
            using var agent = new FrameWriter(call.Output);
            await agent.WriteAsync(FrameType.Output, Encoding.UTF8.GetBytes($"[1795411398.80361] {address} : [0], 64 bytes, 0.{++calls} ms (0.1 avg, 0% loss)\n"), cancellationToken);
            if (calls == 1)
            {
                call.Cut();
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        });

        var terminal = new TestTerminal();
        var running = program.RunAsync(terminal, ["-p", "web", "ping", "-d", "db", "-c0"], stop.Token);
        while (!terminal.Output.Contains("time=0.200 ms", StringComparison.Ordinal))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        var outcome = await running;

        Assert.Contains("trying again", outcome.Stderr);
        Assert.Contains("connected again", outcome.Stderr);
    }

    [Theory]
    [InlineData("-d db", false)]
    [InlineData("-a", true)]
    public async Task PingsWithoutTheRightToListOrToWatchThePods(string what, bool mayList)
    {
        await using var program = await StartAsync();
        var address = program.Server.Pods.AddRunning("shop", "db").Status.PodIP;
        program.Server.Answer(request => request is { Method: "GET", Path: "/api/v1/namespaces/shop/pods" }
            && request.Target.Contains("app.kubernetes.io%2Fname%21%3Dendoscope", StringComparison.Ordinal)
            && (!mayList || request.Target.Contains("watch=true", StringComparison.Ordinal))
                ? ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden: User \"jane\" cannot list resource \"pods\"")
                : null);
        program.OnRequest(async (_, agent, token) =>
        {
            var line = Encoding.UTF8.GetBytes($"[1795411398.80361] {address} : [0], 64 bytes, 0.1 ms (0.1 avg, 0% loss)\n");
            await agent.WriteAsync(FrameType.Output, line, token);
            await agent.WriteAsync(FrameType.End, new EndEvent { ExitCode = 0, OutputBytes = line.Length, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        });

        var outcome = await program.RunAsync(["-p", "web", "ping", "-c1", .. what.Split(' ')]);

        Assert.Equal((ExitCode.Done, ""), (outcome.ExitCode, outcome.Stderr));
        Assert.Contains("time=0.100 ms", outcome.Stdout);
    }

    [Fact]
    public async Task PingSaysThatNoProbeLeavesTheTarget()
    {
        await using var program = await StartAsync();
        program.Server.Pods.AddRunning("shop", "db");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        program.Server.OnExec(async (call, cancellationToken) =>
        {
            using var agent = new FrameWriter(call.Output);
            await agent.WriteAsync(FrameType.Started, new StartedEvent { ToolPid = 1, Target = Init }, ProtocolJson.Default.StartedEvent, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        });

        var terminal = new TestTerminal();
        var running = program.RunAsync(terminal, ["-p", "web", "ping", "-d", "db", "-c0", "-i", "0.01"], stop.Token);
        while (!terminal.Error.Contains("no probe leaves the target", StringComparison.Ordinal))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();

        Assert.Equal(ExitCode.Negative, (await running).ExitCode);
    }

    [Fact]
    public async Task SaysWhatAnAgentOfAnotherVersionSays()
    {
        await using var program = await StartAsync();
        program.OnRequest((_, agent, token) => agent.WriteAsync(
            FrameType.End,
            new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.Protocol, "version 1 was asked for; this agent speaks 9") },
            ProtocolJson.Default.EndEvent,
            token).AsTask());

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Equal(
            "scope: error: version 1 was asked for; this agent speaks 9\n"
            + "scope: hint: the image is of another version than scope: --image or SCOPE_IMAGE names the right one\n",
            outcome.Stderr);
    }

    [Fact]
    public async Task NamesTheRightThatIsMissing()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden: User \"jane\" cannot create resource \"pods\" in API group \"\" in the namespace \"shop\": \e[2J")
            : null);

        var outcome = await program.RunAsync("-p", "web", "launch");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Contains("cannot create resource \"pods\"", outcome.Stderr);
        Assert.Contains(@"\x1b[2J", outcome.Stderr);
        Assert.Contains("kubectl auth can-i create pods -n shop", outcome.Stderr);
    }

    [Fact]
    public async Task NamesTheRightToExecWhereTheServerOnlySaysForbidden()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Path.EndsWith("/exec", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"debug-web\" is forbidden: ")
            : null);

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Contains("kubectl auth can-i create pods/exec -n shop", outcome.Stderr);
    }

    [Fact]
    public async Task TellsOfADebugPodThatItMayNotRemoveAndKeepsTheCommandsOwnOutcome()
    {
        await using var program = await StartAsync();
        program.OnRequest(AnswerWithInit);
        program.Server.Answer(request => request.Method == "DELETE" ? ScriptedAnswer.Failure(403, "Forbidden", "no deleting here") : null);

        var done = await program.RunAsync("-p", "web", "-t", "pids");
        program.OnRequest((_, _, _) => Task.CompletedTask);
        var failed = await program.RunAsync("-p", "web", "-t", "pids");

        Assert.Equal(ExitCode.Done, done.ExitCode);
        Assert.Contains("4711", done.Stdout);
        Assert.Contains("scope: debug pod debug-web is left behind (", done.Stderr);
        Assert.Equal(ExitCode.Cluster, failed.ExitCode);
        Assert.Contains("scope: error: the agent ended without its end marker", failed.Stderr);
        Assert.Contains("no deleting here", failed.Stderr);
    }

    [Fact]
    public async Task SaysWhyADebugPodCannotBeAwaitedEvenIfItCannotBeRemovedEither()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Method == "DELETE" || request.Target.Contains("metadata.name%3Ddebug-web", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", $"pods is forbidden: User \"jane\" cannot {(request.Method == "DELETE" ? "delete" : "watch")} resource \"pods\" in API group \"\" in the namespace \"shop\"")
            : null);

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Contains("scope: hint: the permission 'watch pods' is missing", outcome.Stderr);
        Assert.Contains("scope: debug pod debug-web is left behind (", outcome.Stderr);
    }

    [Fact]
    public async Task SaysThatPodSecurityRefusesTheDebugPod()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", """pods "debug-web" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostPID=true)""")
            : null);

        var outcome = await program.RunAsync("-p", "web", "launch");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.StartsWith("scope: error: Pod Security of namespace shop refuses the debug pod: ", outcome.Stderr);
        Assert.Contains("host namespaces (hostPID=true)", outcome.Stderr);
        Assert.Contains("scope: hint: --mode ephemeral needs less; --debug-namespace NAMESPACE puts debug pods where they are allowed", outcome.Stderr);
        Assert.Null(program.Server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task AsksWhetherAnotherPodWasMeant()
    {
        await using var program = await StartAsync();
        program.Server.Pods.AddRunning("shop", "database-0");

        var slip = await program.RunAsync("-p", "databsae-0", "pids");
        var destination = await program.RunAsync("-p", "web", "ping", "-d", "database");
        var elsewhere = await program.RunAsync("-n", "shpo", "-p", "web", "pids");

        Assert.Equal((ExitCode.Cluster, ExitCode.Cluster, ExitCode.Cluster), (slip.ExitCode, destination.ExitCode, elsewhere.ExitCode));
        Assert.Contains("error: there is no pod 'databsae-0' in namespace 'shop'\nscope: hint: did you mean database-0? kubectl get pods -n shop", slip.Stderr, StringComparison.Ordinal);
        Assert.Contains("hint: did you mean database-0?", destination.Stderr, StringComparison.Ordinal);
        Assert.Contains("hint: there is no pod at all in that namespace, if there is such a namespace", elsewhere.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingPodIsSaidToBeMissingEvenIfPodsCannotBeListed()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Path.EndsWith("/pods", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", "no listing here") : null);

        var outcome = await program.RunAsync("-p", "wbe", "pids");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Equal(
            "scope: error: there is no pod 'wbe' in namespace 'shop'\nscope: hint: kubectl get pods -n shop lists them; -n names another namespace\n", outcome.Stderr);
    }

    [Theory]
    [InlineData("pign", "did you mean ping?")]
    [InlineData("capure", "did you mean capture?")]
    [InlineData("launch --dry-rn", "did you mean --dry-run?")]
    [InlineData("--dry-run launch", "--dry-run goes after launch.")]
    [InlineData("ping --namesapce x", "did you mean --namespace?")]
    [InlineData("fs gte", "did you mean get?")]
    public async Task AsksWhetherAnotherWordWasMeant(string line, string question)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(["-p", "web", .. line.Split(' ')]);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains($"hint: {question} scope ", outcome.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a?b")]
    [InlineData("a%2fb")]
    [InlineData("Web")]
    [InlineData("deploy/../x")]
    public async Task AsksNothingOfTheServerForANameThatIsNone(string name)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("-p", name, "pids");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.StartsWith("scope: error: ", outcome.Stderr);
        Assert.Empty(program.Server.Requests);
    }

    [Theory]
    [InlineData("pids")]
    [InlineData("-p web ping")]
    [InlineData("-p web --profile baseline ping -a")]
    [InlineData("-p web --mode pod --profile baseline ping -a")]
    [InlineData("-p web --mode nonsense ping -a")]
    [InlineData("-p web --mode ephemeral --profile legacy ping -a")]
    [InlineData("-p web --mode auto launch --dry-run")]
    [InlineData("-p web ping -d a -a")]
    [InlineData("-p web ping -a -c x")]
    [InlineData("-p web ping -a -c -1")]
    [InlineData("-p web ping -a -i 0")]
    [InlineData("-p web hping")]
    [InlineData("-p web hping -d db -S")]
    [InlineData("-p web hping -d db -- --flood")]
    [InlineData("-p web pids --nonsense")]
    [InlineData("-p web pids --watch --tree")]
    [InlineData("-p web strace --nonsense")]
    [InlineData("-p web strace -c")]
    [InlineData("-p web strace nginx")]
    [InlineData("-p web gdb -batch")]
    [InlineData("-p web gdb -p")]
    [InlineData("-p web nonsense")]
    [InlineData("-p web -o yaml pids")]
    [InlineData("-p web --idle never launch")]
    [InlineData("-p x/y pids")]
    [InlineData("-p deploy/web cleanup")]
    public async Task RefusesAWrongCommandLineWithOneLineAndAHint(string line)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(line.Split(' '));

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Empty(outcome.Stdout);
        Assert.Matches(@"\Ascope: error: .+\nscope: hint: .+\n\z", outcome.Stderr);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task RefusesAnEmptyCommandToRun()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("-p", "web", "shell", "");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task RunsALineAsAShellDoes()
    {
        await using var program = await StartAsync();
        IReadOnlyList<string> argv = [];
        program.OnRequest(async (request, agent, token) =>
        {
            argv = ((RunRequest)request).Argv;
            await agent.WriteAsync(FrameType.Started, new StartedEvent { ToolPid = 1, Target = Init }, ProtocolJson.Default.StartedEvent, token);
            await agent.WriteAsync(FrameType.End, new EndEvent { ExitCode = 3, OutputBytes = 0, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        });

        var outcome = await program.RunAsync("-p", "web", "shell", "-c", "ss -tn | wc -l", "me", "-x");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Equal(["bash", "-c", "ss -tn | wc -l", "me", "-x"], argv);
    }

    [Fact]
    public async Task FindingNothingIsSaidAndIsNoSuccess()
    {
        await using var program = await StartAsync();
        program.OnRequest((_, agent, token) =>
            agent.WriteAsync(FrameType.End, new EndEvent { OutputBytes = 0, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token).AsTask());

        var outcome = await program.RunAsync("-p", "web", "fs", "find", "/data", "--name", "x");

        Assert.Equal((ExitCode.Negative, "", "scope: nothing below /data is like that\n"), (outcome.ExitCode, outcome.Stdout, outcome.Stderr));
    }

    [Fact]
    public async Task SaysThatItsOutputCouldNotBeWritten()
    {
        await using var program = await StartAsync();
        program.OnRequest(AnswerWithInit);

        var outcome = await program.RunIntoAsync(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), "-p", "web", "pids");

        Assert.Equal(ExitCode.Lost, outcome.ExitCode);
        Assert.Matches(@"\Ascope: error: .*No space left on device.*\n\z", outcome.Stderr);
    }

    [Theory]
    [InlineData("")]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("help ping")]
    [InlineData("ping --help")]
    public async Task ShowsHelpInEveryWayThatItIsAskedFor(string line)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Contains(line.Contains("ping", StringComparison.Ordinal) ? "--dest-pod" : "cleanup", outcome.Stdout);
        Assert.Empty(outcome.Stderr);
    }

    [Fact]
    public async Task SaysAsAShellDoesThatAToolIsMissing()
    {
        await using var program = await StartAsync();
        program.OnRequest((_, agent, token) => agent.WriteAsync(
            FrameType.End,
            new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.Tool, "nope: no such file") },
            ProtocolJson.Default.EndEvent,
            token).AsTask());

        Assert.Equal(127, (await program.RunAsync("-p", "web", "shell", "nope")).ExitCode);
    }

    [Fact]
    public async Task SaysThatThereIsNoSuchPodAndMakesNothing()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("-p", "missing", "pids");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Equal(
            "scope: error: there is no pod 'missing' in namespace 'shop'\nscope: hint: kubectl get pods -n shop lists them; -n names another namespace\n", outcome.Stderr);
        Assert.DoesNotContain(program.Server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task GivesDetailsOnlyWhenAskedTo()
    {
        await using var program = await StartAsync();

        var terse = await program.RunAsync("-p", "missing", "pids");
        var debug = await program.RunAsync("--debug", "-p", "missing", "pids");

        Assert.DoesNotContain("   at ", terse.Stderr);
        Assert.Contains("   at ", debug.Stderr);
    }

    [Fact]
    public async Task PrintsManifestsThatAreTheSameInBothForms()
    {
        await using var program = await StartAsync();

        var yaml = await program.RunAsync("-p", "web", "launch", "--dry-run");
        var json = await program.RunAsync("-p", "web", "-o", "json", "launch", "--dry-run");

        Assert.Contains("  name: debug-web\n", yaml.Stdout);
        Assert.Equal("debug-web", JsonDocument.Parse(json.Stdout).RootElement.GetProperty("metadata").GetProperty("name").GetString());
        Assert.DoesNotContain(program.Server.Requests, request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
    }

    private static Task<WholeProgram> StartAsync() => WholeProgram.StartAsync();

    private static async Task AnswerWithInit(AgentRequest request, FrameWriter agent, CancellationToken cancellationToken)
    {
        Assert.IsType<ListProcessesRequest>(request);
        await agent.WriteAsync(FrameType.Processes, new ProcessList([Init]), ProtocolJson.Default.ProcessList, cancellationToken);
        await agent.WriteAsync(FrameType.End, new EndEvent { OutputBytes = 0, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, cancellationToken);
    }
}

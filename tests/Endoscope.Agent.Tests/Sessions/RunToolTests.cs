using System.Diagnostics;
using System.Security.Cryptography;
using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class RunToolTests
{
    private static readonly string[] AllNamespaces = ["net", "uts", "ipc", "pid"];

    [RootFact]
    public async Task TheToolRunsInTheTargetsNamespacesAndInNoOther()
    {
        await using var container = await TestContainer.StartAsync();
        var target = container.Pids[0];

        var result = await RunAsync(container, ["sh", "-c", "hostname; for n in net uts ipc pid mnt user; do readlink /proc/self/ns/$n; done"], AllNamespaces);

        var own = Environment.ProcessId;
        Assert.Equal(
            [
                "target",
                .. AllNamespaces[..3].Select(name => Proc.Namespace(target, name)),
                Proc.Namespace(target, "pid"),
                Proc.Namespace(own, "mnt"),
                Proc.Namespace(own, "user"),
            ],
            result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(target, result.Started?.Target?.Pid);
    }

    [RootFact]
    public async Task OnlyTheNamespacesAskedForAreEntered()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await RunAsync(container, ["readlink", "/proc/self/ns/net", "/proc/self/ns/uts"]);

        Assert.Equal($"{Proc.Namespace(container.Pids[0], "net")}\n{Proc.Namespace(Environment.ProcessId, "uts")}\n", result.Output);
    }

    [RootFact]
    public async Task AnAgentInTheTargetsPodEntersNothing()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(Request(container, ["sh", "-c", "readlink /proc/self/ns/net; echo $TARGET_PID"], AllNamespaces) with { InPod = true });

        Assert.Equal($"{Proc.Namespace(Environment.ProcessId, "net")}\n{container.Pids[0]}\n", result.Output);
    }

    [RootFact]
    public async Task AnAgentInTheTargetsPodNeedNotSeeItsProcesses()
    {
        var unseen = new RunRequest { ContainerId = new string('0', 64), Argv = ["sh", "-c", "echo -${TARGET_PID-}-${TARGET_ROOT-}-"] };

        var inPod = await AgentProcess.RunAsync(unseen with { InPod = true });
        var list = await AgentProcess.RunAsync(new ListProcessesRequest { ContainerId = unseen.ContainerId, InPod = true });

        Assert.Equal("---\n", inPod.Output);
        Assert.Null(inPod.Started?.Target);
        Assert.Contains("does not share their PID namespace", list.End.Error?.Message);
        Assert.Equal(AgentErrorCode.NoProcess, (await AgentProcess.RunAsync(unseen)).End.Error?.Code);
    }

    [RootFact]
    public async Task TheAgentItselfStaysWhereItIs()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["cat"], AllNamespaces));
        await agent.StartedAsync();

        Assert.Equal(Proc.Namespace(Environment.ProcessId, "net"), Proc.Namespace(agent.Pid, "net"));
        Assert.Equal(Proc.Namespace(Environment.ProcessId, "pid"), Proc.Namespace(agent.Pid, "pid"));
    }

    [RootFact]
    public async Task ArgumentsReachTheToolAsTheyAre()
    {
        await using var container = await TestContainer.StartAsync();
        string[] arguments = ["a b", "", "$HOME `id` \"'\\", "*", "-n", "\u001b[31m\r\n\t", "ü\U0001F600"];

        var result = await RunAsync(container, ["printf", "%s|", .. arguments]);

        Assert.Equal(string.Concat(arguments.Select(argument => argument + "|")), result.Output);
    }

    [RootFact]
    public async Task TheToolKnowsTheTargetAndTheRequestsVariablesAndStartsInTheRoot()
    {
        await using var container = await TestContainer.StartAsync();
        var request = Request(container, ["sh", "-c", "echo $TARGET_PID $TARGET_ROOT \"$COLOUR\" $(pwd); ls $TARGET_ROOT/etc/hostname"]) with
        {
            Environment = new Dictionary<string, string> { ["COLOUR"] = "deep  red" },
        };

        var result = await AgentProcess.RunAsync(request);

        var pid = container.Pids[0];
        Assert.Equal($"{pid} /proc/{pid}/root deep  red /\n/proc/{pid}/root/etc/hostname\n", result.Output);
    }

    [RootFact]
    public async Task TheToolInheritsNothingButItsThreeStreams()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sleep", "100"]));
        var tool = (await agent.StartedAsync()).ToolPid;

        Assert.Equal(["0", "1", "2"], Directory.GetFiles($"/proc/{tool}/fd").Select(Path.GetFileName).Order());
    }

    [RootFact]
    public async Task TheToolStartsWithNoSignalBlockedOrIgnored()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await RunAsync(container, ["sed", "-nE", "s/^Sig(Blk|Ign):\t//p", "/proc/self/status"]);

        // 32 and 33 belong to the C library, which ignores them in whatever it spawns.
        const ulong own = 3UL << 31;
        Assert.Equal([0, 0], result.Output.Split('\n')[..2].Select(mask => Convert.ToUInt64(mask, 16) & ~own));
    }

    [RootFact]
    public async Task TheExitCodeComesBack()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await RunAsync(container, ["sh", "-c", "echo out; echo err >&2; exit 7"]);

        Assert.Equal((7, null, "out\n", "err\n"), (result.End.ExitCode, result.End.Signal, result.Output, result.Error));
        Assert.Equal((4, 4), (result.End.OutputBytes, result.End.ErrorBytes));
    }

    [RootFact]
    public async Task TheSignalThatEndedTheToolComesBack()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await RunAsync(container, ["sh", "-c", "kill -SEGV $$"]);

        Assert.Equal((139, 11), (result.End.ExitCode, result.End.Signal));
    }

    [RootFact]
    public async Task AMissingToolIsAnErrorOfItsOwn()
    {
        await using var container = await TestContainer.StartAsync();

        foreach (var program in (string[])["no-such-tool", "/etc/hostname", "/no/such", "./hostname"])
        {
            var result = await RunAsync(container, [program]);
            Assert.Equal(AgentErrorCode.Tool, result.End.Error?.Code);
            Assert.Contains(program, result.End.Error?.Message, StringComparison.Ordinal);
            Assert.Null(result.Started);
        }
    }

    [RootFact]
    public async Task AnUnknownNamespaceIsRefused()
    {
        await using var container = await TestContainer.StartAsync();

        Assert.Equal(AgentErrorCode.Protocol, (await RunAsync(container, ["true"], "../../1/ns/net")).End.Error?.Code);
    }

    [RootFact]
    public async Task AMissingCapabilityIsNamed()
    {
        await using var container = await TestContainer.StartAsync();
        var request = Request(container, ["true"]);

        // Without SYS_PTRACE a process with fewer capabilities may not look at one with more.
        Assert.Contains("SYS_PTRACE", await RefusalAsync(request, "setpriv", "--bounding-set", "-sys_ptrace,-sys_admin"), StringComparison.Ordinal);
        Assert.Contains("SYS_ADMIN", await RefusalAsync(request, "setpriv", "--bounding-set", "-sys_admin"), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task TheCapabilitiesOfADebugPodAreEnough()
    {
        await using var container = await TestContainer.StartAsync();
        string[] confined = ["setpriv", "--no-new-privs", "--bounding-set", "-all,+sys_admin,+sys_ptrace,+net_raw"];

        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", "hostname; exit 3"], AllNamespaces), confined);
        var result = await agent.EndAsync();

        Assert.Equal(("target\n", 3), (result.Output, result.End.ExitCode));
    }

    [RootFact]
    public async Task InTheTargetsOwnNamespacesNoCapabilityIsNeeded()
    {
        await using var container = await TestContainer.StartAsync();
        string[] inside =
        [
            "nsenter", $"--net=/proc/{container.Pids[0]}/ns/net", "setpriv", "--bounding-set", "-sys_admin",
        ];

        await using var agent = await AgentProcess.StartAsync(Request(container, ["readlink", "/proc/self/ns/net"]), inside);

        Assert.Equal(Proc.Namespace(container.Pids[0], "net") + "\n", (await agent.EndAsync()).Output);
    }

    [RootFact]
    public async Task WithoutNamespacesNoCapabilityIsNeededAtAll()
    {
        await using var container = await TestContainer.StartAsync();
        var request = Request(container, ["echo", "done"]) with { Namespaces = [] };

        await using var agent = await AgentProcess.StartAsync(request, "setpriv", "--no-new-privs", "--bounding-set", "-all");

        Assert.Equal("done\n", (await agent.EndAsync()).Output);
    }

    [RootFact]
    public async Task InputIsHalfClosed()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(Request(container, ["sh", "-c", "cat; echo rest; echo more >&2"]), "hello\n"u8.ToArray());

        Assert.Equal(("hello\nrest\n", "more\n", 6), (result.Output, result.Error, result.InputTaken));
    }

    [RootFact]
    public async Task InputThatNobodyReadsIsTakenAndForgotten()
    {
        await using var container = await TestContainer.StartAsync();

        var result = await AgentProcess.RunAsync(Request(container, ["sh", "-c", "exec <&-; sleep 0.3; echo done"]), new byte[200_000]);

        Assert.Equal(("done\n", 200_000), (result.Output, result.InputTaken));
    }

    [RootFact]
    public async Task MoreInputThanTheWindowIsRefusedAndTheToolEnded()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sleep", "1000"]));
        var tool = (await agent.StartedAsync()).ToolPid;
        await agent.InputAsync(new byte[Frame.InputWindow + 1]);

        var result = await agent.EndAsync();

        Assert.Equal((AgentErrorCode.Protocol, 1), (result.End.Error?.Code, result.End.Signal));
        Assert.False(Proc.IsThere(tool));
    }

    [RootFact]
    public async Task AHundredMegabytesPassBothWaysUnchanged()
    {
        const int total = 100 * 1000 * 1000;
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["cat"]));
        await agent.StartedAsync();
        var window = new SemaphoreSlim(0);
        var sending = SendAsync(agent, total, window);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var received = 0L;
        EndEvent? end = null;
        while (end is null)
        {
            var frame = (await agent.ReadAsync())!.Value;
            switch (frame.Type)
            {
                case FrameType.Output:
                    hash.AppendData(frame.Payload.Span);
                    received += frame.Payload.Length;
                    break;
                case FrameType.InputTaken:
                    window.Release((int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.Span));
                    break;
                case FrameType.End:
                    end = System.Text.Json.JsonSerializer.Deserialize(frame.Payload.Span, ProtocolJson.Default.EndEvent);
                    break;
            }
        }

        Assert.Equal(total, received);
        Assert.Equal(total, end.OutputBytes);
        Assert.Equal(Convert.ToHexString(await sending), Convert.ToHexString(hash.GetHashAndReset()));
    }

    [RootFact]
    public async Task AClientThatDoesNotReadHoldsTheToolBackAndCanStillSignal()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", "trap 'exit 5' INT; cat /dev/urandom"]));
        var tool = (await agent.StartedAsync()).ToolPid;
        await Task.Delay(500, TestContext.Current.CancellationToken);
        var written = WrittenBytes(tool);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.Equal(written, WrittenBytes(tool));
        await agent.SignalAsync(2);
        await Eventually.TrueAsync(() => !Proc.Lives(tool));

        var result = await agent.EndAsync();

        Assert.Equal(5, result.End.ExitCode);
        Assert.Equal(result.OutputBytes.Length, result.End.OutputBytes);
        Assert.InRange(result.OutputBytes.Length, 1, 2_000_000);
    }

    [RootFact]
    public async Task WhatRepeatsItselfIsCompressedWhileItIsTaken()
    {
        var (received, onTheWay) = await ReceiveZerosAsync(200 << 20, tellsWhatItTakes: true);

        Assert.Equal(200 << 20, received);
        Assert.InRange(onTheWay, 1, 4 << 20);
    }

    /// <summary>What waits on the way holds a tool back by its size, which, compressed, could stand for gigabytes that come after Ctrl-C.</summary>
    [RootFact]
    public async Task WhatIsNotTakenIsCompressedNoMoreAfterAWhile()
    {
        var (received, onTheWay) = await ReceiveZerosAsync(200 << 20, tellsWhatItTakes: false);

        Assert.Equal(200 << 20, received);
        Assert.InRange(onTheWay, received - Frame.CompressedWindow, received);
    }

    /// <summary>A connection that the agent's side closes while something of the client's is on its way is reset, and what was not read yet is lost.</summary>
    [RootFact]
    public async Task TheClientLeavesFirst()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["true"]));
        while (await agent.ReadAsync() is { Type: not FrameType.End })
        {
        }

        for (var i = 0; i < 10; i++)
        {
            await agent.Writer.WriteAsync(FrameType.Heartbeat, default, TestContext.Current.CancellationToken);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.True(Proc.Lives(agent.Pid));
        agent.CloseInput();
        Assert.Equal(0, await agent.ExitAsync());
    }

    [RootFact]
    public async Task AClientThatStaysIsLeft()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(new Endoscope.Agent.Sessions.SessionTimes { Leave = TimeSpan.FromMilliseconds(200) });
        await session.StartAsync(Request(container, ["true"]));

        Assert.True(await session.Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [RootFact]
    public async Task ATerminalsOutputIsNotCompressed()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(new Endoscope.Agent.Sessions.SessionTimes());
        await session.StartAsync(Request(container, ["head", "-c", "1000000", "/dev/zero"]) with { Terminal = new TerminalSize(80, 24) });

        Assert.Equal(1_000_000, await ReceiveAsync(session, tellsWhatItTakes: true));

        Assert.InRange(session.BytesOnTheWay, 1_000_000, 1_100_000);
    }

    [RootFact]
    public async Task ASignalReachesTheWholeGroup()
    {
        await using var container = await TestContainer.StartAsync();
        var mark = Mark();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sh", "-c", $"sleep {mark} & echo ready; wait; sleep {mark}"]));
        await agent.OutputUntilAsync("ready");
        await agent.SignalAsync(15);

        var result = await agent.EndAsync();

        Assert.Equal(15, result.End.Signal);
        Assert.Empty(Proc.WithArgument(mark));
    }

    [RootFact]
    public async Task ASignalThatDoesNotExistIsRefused()
    {
        await using var container = await TestContainer.StartAsync();
        await using var agent = await AgentProcess.StartAsync(Request(container, ["sleep", "1000"]));
        await agent.StartedAsync();
        await agent.SignalAsync(65);

        Assert.Equal(AgentErrorCode.Protocol, (await agent.EndAsync()).End.Error?.Code);
    }

    [RootFact]
    public async Task TwoSessionsAtOnceDoNotMeet()
    {
        await using var container = await TestContainer.StartAsync();

        var results = await Task.WhenAll(Enumerable.Range(1, 4).Select(n =>
            AgentProcess.RunAsync(Request(container, ["sh", "-c", $"cat; exit {n}"]), new byte[n * 1000])));

        Assert.Equal([1, 2, 3, 4], results.Select(result => result.End.ExitCode ?? 0));
        Assert.Equal([1000, 2000, 3000, 4000], results.Select(result => result.OutputBytes.Length));
    }

    [RootFact]
    public async Task ATargetThatRestartedIsNotEntered()
    {
        string id;
        await using (var container = await TestContainer.StartAsync())
        {
            id = container.Id;
        }

        var result = await AgentProcess.RunAsync(new RunRequest { ContainerId = id, Argv = ["true"] });

        Assert.Equal(AgentErrorCode.NoProcess, result.End.Error?.Code);
    }

    internal static string Mark() => $"{RandomNumberGenerator.GetInt32(100_000, 1_000_000)}.{RandomNumberGenerator.GetInt32(100_000, 1_000_000)}";

    internal static RunRequest Request(TestContainer container, string[] argv, params string[] namespaces) =>
        new() { ContainerId = container.Id, Argv = argv, Namespaces = namespaces.Length > 0 ? namespaces : ["net"] };

    private static Task<SessionResult> RunAsync(TestContainer container, string[] argv, params string[] namespaces) =>
        AgentProcess.RunAsync(Request(container, argv, namespaces));

    private static async Task<string> RefusalAsync(AgentRequest request, params string[] prefix)
    {
        await using var agent = await AgentProcess.StartAsync(request, prefix);
        var error = (await agent.EndAsync()).End.Error;
        Assert.Equal(AgentErrorCode.Refused, error?.Code);
        return error!.Message;
    }

    private static async Task<byte[]> SendAsync(AgentProcess agent, int total, SemaphoreSlim taken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(1);
        var chunk = new byte[50_000];
        var ahead = 0;
        for (var sent = 0; sent < total; sent += chunk.Length)
        {
            random.NextBytes(chunk);
            hash.AppendData(chunk);
            while (ahead + chunk.Length > Frame.InputWindow)
            {
                await taken.WaitAsync(TestContext.Current.CancellationToken);
                ahead--;
            }

            await agent.InputAsync(chunk);
            ahead += chunk.Length;
        }

        await agent.Writer.WriteAsync(FrameType.InputEnd, default, TestContext.Current.CancellationToken);
        return hash.GetHashAndReset();
    }

    private static async Task<(long Received, long OnTheWay)> ReceiveZerosAsync(int count, bool tellsWhatItTakes)
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(new Endoscope.Agent.Sessions.SessionTimes());
        await session.StartAsync(Request(container, ["head", "-c", $"{count}", "/dev/zero"]));
        return (await ReceiveAsync(session, tellsWhatItTakes), session.BytesOnTheWay);
    }

    private static async Task<long> ReceiveAsync(InProcessSession session, bool tellsWhatItTakes)
    {
        var received = 0L;
        while (await session.Reader.ReadAsync(TestContext.Current.CancellationToken) is { } frame && frame.Type != FrameType.End)
        {
            received += frame.Type == FrameType.Output ? frame.Payload.Length : 0;
            if (tellsWhatItTakes && frame.Type == FrameType.Output)
            {
                var taken = new byte[4];
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(taken, frame.Payload.Length);
                try
                {
                    await session.Writer.WriteAsync(FrameType.OutputTaken, taken, TestContext.Current.CancellationToken);
                }
                catch (IOException)
                {
                    // A session whose last frames are all on their way has ended, and hears no more, before they are read.
                    tellsWhatItTakes = false;
                }
            }
        }

        return received;
    }

    private static long WrittenBytes(int tool) =>
        Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out var pid)
            && new Endoscope.Agent.Processes.ProcFileSystem().Stat(pid)?.Session == tool)
            .Select(path => File.ReadLines(Path.Combine(path, "io")).First(line => line.StartsWith("wchar", StringComparison.Ordinal)))
            .Sum(line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
}

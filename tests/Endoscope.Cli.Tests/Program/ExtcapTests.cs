using System.Diagnostics;
using Endoscope.Capture;
using Endoscope.Cli.Extcap;
using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>The program as Wireshark runs it.</summary>
public sealed class ExtcapTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string Fifo => Path.Combine(folder.FullName, "fifo");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("extcap", "--extcap-interfaces", "--extcap-version=4.0")]
    [InlineData("extcap", "--extcap-dlts", "--extcap-interface", "scope")]
    [InlineData("extcap", "--extcap-config", "--extcap-interface", "scope")]
    [InlineData("extcap", "--extcap-config", "--extcap-interface", "scope-shop.web")]
    [InlineData("extcap", "--extcap-capture-filter", "tcp", "--extcap-interface", "scope")]
    [InlineData("--extcap-interfaces", "--of-a-later-version", "1")]
    public async Task AsksNoClusterWhenWiresharkStarts(params string[] args)
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync(args);

        Assert.Equal((ExitCode.Done, ""), (outcome.ExitCode, outcome.Stderr));
        Assert.Equal(args.Contains("--extcap-capture-filter"), outcome.Stdout.Length == 0);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task TellsContextAndNamespaceWithoutTheCluster()
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync("-n", "pay", "extcap", "--extcap-config", "--extcap-interface", "scope");

        Assert.Contains("value {arg=0}{value=test}{display=test}{default=true}\n", outcome.Stdout);
        Assert.Contains("value {arg=1}{value=pay}{display=pay}{default=true}\n", outcome.Stdout);
        Assert.Contains("value {arg=2}{value=-}{display=choose …}{default=true}\n", outcome.Stdout);
    }

    [Fact]
    public async Task ListsAnInterfaceForEachPodWhenAsked()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Pods.AddRunning("pay", "till");

        var outcome = await program.RunAsync("-n", "shop", "extcap", "--interface-per-pod", "--extcap-interfaces", "--extcap-version=4.0");

        Assert.Equal(
            ["interface {value=scope}{display=Kubernetes pods}", "interface {value=scope-shop.web}{display=Kubernetes pod shop/web}"],
            outcome.Stdout.Split('\n').Where(line => line.StartsWith("interface", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ListsNoPodsWhereTheClusterDoesNotAnswer()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden"));

        var outcome = await program.RunAsync("extcap", "--interface-per-pod", "--extcap-interfaces");

        Assert.Equal((ExitCode.Done, ""), (outcome.ExitCode, outcome.Stderr));
        Assert.DoesNotContain("scope-", outcome.Stdout);
        Assert.Contains("interface {value=scope}", outcome.Stdout);
    }

    [Fact]
    public async Task ReloadsThePickersAndRemembersThem()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Variables["XDG_CACHE_HOME"] = program.Variables["LOCALAPPDATA"] = folder.FullName;
        program.Server.Pods.AddRunning("pay", "till");
        program.Server.Objects["/api/v1/namespaces"] =
            """{"kind":"NamespaceList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"shop"}},{"metadata":{"name":"pay"}}]}""";

        var namespaces = await program.RunAsync("extcap", "--extcap-config", "--extcap-interface", "scope", "--extcap-reload-option", "namespace", "--namespace", "shop", "--pod", "-");
        var pods = await program.RunAsync("extcap", "--extcap-config", "--extcap-interface", "scope", "--extcap-reload-option", "--pod", "--namespace", "pay", "--pod", "-");
        var after = await program.RunAsync("extcap", "--extcap-config", "--extcap-interface", "scope");

        Assert.Equal("value {arg=1}{value=pay}{display=pay}{default=false}\nvalue {arg=1}{value=shop}{display=shop}{default=true}\n", namespaces.Stdout);
        Assert.Equal(
            "value {arg=2}{value=-}{display=choose …}{default=true}\nvalue {arg=2}{value=*}{display=all pods of the namespace}{default=false}\nvalue {arg=2}{value=till}{display=till}{default=false}\n",
            pods.Stdout);
        Assert.Contains("value {arg=1}{value=pay}", after.Stdout);
        Assert.Contains("value {arg=2}{value=till}", after.Stdout);
    }

    [Fact]
    public async Task ShowsInThePickerWhyItIsEmpty()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden: {no}"));

        var outcome = await program.RunAsync("extcap", "--extcap-config", "--extcap-interface", "scope", "--extcap-reload-option", "pod");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.StartsWith("value {arg=2}{value=-}{display=(", outcome.Stdout);
        Assert.Contains("pods is forbidden: (no)", outcome.Stdout);
    }

    [Theory]
    [InlineData("tcp prt 80", "error")]
    [InlineData("tcp port 80 and (host 10.0.0.1 or icmp)", null)]
    [InlineData("host web.shop.svc.cluster.invalid", null)]
    public async Task ChecksAFilter(string filter, string? expected)
    {
        Assert.SkipUnless(LocalFilter.IsAvailable, "this machine has no libpcap");
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync("extcap", "--extcap-capture-filter", filter, "--extcap-interface", "scope");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.True(expected is null ? outcome.Stdout.Length == 0 : outcome.Stdout.Contains(expected, StringComparison.Ordinal), outcome.ToString());
    }

    [Fact]
    public async Task CapturesUntilItIsToldToStop()
    {
        await using var program = await StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = CaptureAsync(program, stop.Token, "--pod", "web");
        var capture = new MemoryStream();
        await using (var reader = Open(FileAccess.Read))
        {
            var copying = reader.CopyToAsync(capture, TestContext.Current.CancellationToken);
            await UntilAsync(() => capture.Length > 20 * 60, running);
            await stop.CancelAsync();
            await copying;
        }

        Assert.Equal((ExitCode.Done, "", ""), (await running) is var (code, stdout, stderr) ? (code, stdout, stderr) : default);
        Assert.Equal(20, Pcapng.CountPackets(capture.ToArray()));
    }

    [Fact]
    public async Task EndsQuietlyWhenWiresharkReadsNoMore()
    {
        await using var program = await StartAsync();
        CapturingAgent.MeetTalking(program);
        var running = CaptureAsync(program, TestContext.Current.CancellationToken, "--extcap-interface", "scope-shop.web");
        await using (var reader = Open(FileAccess.Read))
        {
            await reader.ReadExactlyAsync(new byte[100], TestContext.Current.CancellationToken);
        }

        Assert.Equal((ExitCode.Done, ""), (await running) is var (code, _, stderr) ? (code, stderr) : default);
    }

    [Fact]
    public async Task ObeysTheToolbar()
    {
        await using var program = await StartAsync();
        var toScope = MakeFifo("to-scope");
        var fromScope = Path.Combine(folder.FullName, "from-scope");
        await File.WriteAllTextAsync(fromScope, "", TestContext.Current.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = CaptureAsync(program, stop.Token, "--pod", "web", "--extcap-control-in", toScope, "--extcap-control-out", fromScope);
        await using var controls = new FileStream(toScope, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        controls.Write(new ToolbarMessage(Toolbar.PauseControl, ToolbarCommand.Set, [1]).Format());
        await UntilAsync(() => Said().Contains("paused: packets are left out\n", StringComparison.Ordinal), running);

        // It reads nothing before somebody takes it, and so not before the pause.
        var capture = new MemoryStream();
        await using var reader = Open(FileAccess.Read);
        var copying = reader.CopyToAsync(capture, TestContext.Current.CancellationToken);
        await UntilAsync(
            () =>
            {
                controls.Write(new ToolbarMessage(Toolbar.StatisticsControl, ToolbarCommand.Set, []).Format());
                return Said().Contains("20 packets left out while paused", StringComparison.Ordinal);
            },
            running);
        await stop.CancelAsync();

        Assert.Equal((ExitCode.Done, ""), (await running) is var (code, _, stderr) ? (code, stderr) : default);
        await copying;
        Assert.Equal(0, Pcapng.CountPackets(capture.ToArray()));
        Assert.Contains("capturing shop/web:eth0 on node node-1", Said());

        string Said() => System.Text.Encoding.UTF8.GetString(File.ReadAllBytes(fromScope));
    }

    [Fact]
    public async Task SaysInOneLineWhatIsWrong()
    {
        await using var program = await StartAsync();

        var none = await CaptureAsync(program, TestContext.Current.CancellationToken, "--extcap-interface", "scope");
        var gone = await CaptureAsync(program, TestContext.Current.CancellationToken, "--pod", "nobody");

        Assert.Equal((ExitCode.Usage, "scope: error: no pod was chosen (the gear beside the interface opens its options)\n"), (none.ExitCode, none.Stderr));
        Assert.Equal(ExitCode.Cluster, gone.ExitCode);
        Assert.StartsWith("scope: error: there is no pod 'nobody' in namespace 'shop' (", gone.Stderr);
        Assert.Single(gone.Stderr.TrimEnd('\n').Split('\n'));
    }

    [Theory]
    [InlineData("Unrecognized", "--nonsense", "extcap", "--extcap-interfaces")]
    [InlineData("--as-user-extra takes KEY=VALUE", "--as-user-extra", "x", "extcap", "--extcap-interfaces")]
    public async Task SaysWhatIsWrongWithItsLauncher(string because, params string[] args)
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync(args);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains(because, outcome.Stderr);
        Assert.Equal("", outcome.Stdout);
    }

    [Fact]
    public async Task SaysWhatTheAgentSaysOfAFilter()
    {
        await using var program = await WholeProgram.StartAsync();
        MakeFifo("fifo");
        program.OnRequest((_, agent, token) => agent.WriteAsync(
            FrameType.End,
            new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.Filter, "the filter 'host nowhere' is wrong: unknown host 'nowhere'") },
            ProtocolJson.Default.EndEvent,
            token).AsTask());

        var outcome = await CaptureAsync(program, TestContext.Current.CancellationToken, "--pod", "web", "--extcap-capture-filter", "host nowhere");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("the filter 'host nowhere' is wrong: unknown host 'nowhere'", outcome.Stderr);
    }

    [Fact]
    public async Task TellsWhatTheKernelDropped()
    {
        await using var program = await StartAsync(dropped: 3);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = CaptureAsync(program, stop.Token, "--pod", "*");
        var capture = new MemoryStream();
        await using var reader = Open(FileAccess.Read);
        var copying = reader.CopyToAsync(capture, TestContext.Current.CancellationToken);
        await UntilAsync(() => capture.Length > 20 * 60, running);
        await stop.CancelAsync();

        Assert.Equal(
            (ExitCode.Negative, "scope: the kernels of the nodes dropped 3 of 23 packets that passed the filter\n"),
            (await running) is var (code, _, stderr) ? (code, stderr) : default);
        await copying;
    }

    [Fact]
    public async Task IsInstalledAndRemoved()
    {
        await using var program = await WholeProgram.StartAsync();
        var launcher = Path.Combine(folder.FullName, "new", Launcher.Name(OperatingSystem.IsWindows()));
        string[] at = ["--folder", Path.Combine(folder.FullName, "new")];

        var before = await program.RunAsync(["extcap", "status", .. at]);
        var installed = await program.RunAsync(["-n", "shop", "extcap", "install", "--interface-per-pod", .. at]);
        var text = await File.ReadAllTextAsync(launcher, TestContext.Current.CancellationToken);
        var after = await program.RunAsync(["-o", "json", "extcap", "status", .. at]);
        var removed = await program.RunAsync(["extcap", "uninstall", .. at]);

        Assert.Equal((ExitCode.Negative, $"{launcher} is not there: scope extcap install makes it\n"), (before.ExitCode, before.Stdout));
        Assert.Equal(ExitCode.Done, installed.ExitCode);
        Assert.Contains("-n' 'shop' 'extcap' '--interface-per-pod' \"$@\"", text);
        Assert.Contains("\"installed\": true", after.Stdout);
        Assert.Equal((ExitCode.Done, $"{launcher} is removed\n"), (removed.ExitCode, removed.Stdout));
        Assert.False(File.Exists(launcher));
    }

    [Fact]
    public async Task LeavesForeignFilesAlone()
    {
        await using var program = await WholeProgram.StartAsync();
        var foreign = Path.Combine(folder.FullName, Launcher.Name(OperatingSystem.IsWindows()));
        await File.WriteAllTextAsync(foreign, "something else", TestContext.Current.CancellationToken);

        foreach (var what in (string[])["install", "uninstall"])
        {
            var outcome = await program.RunAsync("extcap", what, "--folder", folder.FullName);

            Assert.Equal(ExitCode.Usage, outcome.ExitCode);
            Assert.Contains("is there, but scope did not make it", outcome.Stderr);
        }

        Assert.Equal("something else", await File.ReadAllTextAsync(foreign, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WritesNoTokenIntoAFile()
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync("--token", "secret", "extcap", "install", "--folder", folder.FullName);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Empty(folder.GetFiles());
    }

    private async Task<WholeProgram> StartAsync(long dropped = 0)
    {
        MakeFifo("fifo");
        var program = await WholeProgram.StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync(dropped));
        return program;
    }

    private Task<Outcome> CaptureAsync(WholeProgram program, CancellationToken stop, params string[] args) =>
        program.RunAsync(new TestTerminal(), ["-n", "shop", "extcap", "--capture", "--fifo", Fifo, .. args], stop);

    private string MakeFifo(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has named pipes instead");
        var path = Path.Combine(folder.FullName, name);
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        return path;
    }

    // Opening waits for the other side.
    private FileStream Open(FileAccess access) => new(Fifo, FileMode.Open, access, FileShare.ReadWrite, bufferSize: 0);

    private static async Task UntilAsync(Func<bool> holds, Task unless)
    {
        while (!holds())
        {
            Assert.False(unless.IsCompleted, "it ended before");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

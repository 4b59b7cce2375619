namespace Endoscope.EndToEnd.Tests;

/// <summary>Captures that the real tshark and dumpcap ask for, as Wireshark does.</summary>
public sealed class ExtcapTests(Cluster cluster) : IDisposable
{
    private const int Terminate = 15;
    private const int Kill = 9;

    // Pings of our own: other tests ping the same pods meanwhile.
    private const int PingBytes = 103;
    private const string Pings = "icmp and ip[2:2] = 131";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("scope-extcap-");

    // Wireshark's own settings are left alone, and its pipes are found by this folder.
    private string[] Environment =>
        [$"HOME={home.FullName}", $"XDG_CONFIG_HOME={home.FullName}/config", $"XDG_CACHE_HOME={home.FullName}/cache", $"TMPDIR={home.FullName}"];

    public void Dispose() => home.Delete(recursive: true);

    [ClusterFact]
    public async Task CapturesFromThePodsThatWereChosen()
    {
        await InstallAsync();
        Assert.Contains("scope (Kubernetes pods)", (await RunAsync("tshark", "-D")).Stdout);

        using var tshark = Start(
            "tshark", "-i", "scope", "-o", "extcap.scope.pod:web", "-o", "extcap.scope.also:static", "-f", "icmp", "-c", "8", "-N", "n",
            "-T", "fields", "-e", "frame.interface_name", "-e", "ip.src_host", "-e", "icmp.type");
        await PingUntilItEndsAsync(tshark);

        var result = await tshark.EndAsync();
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain("Error by extcap", result.Stderr);
        Assert.Equal(
            ["static:eth0", "web:eth0"],
            result.Lines.Select(line => line.Split('\t')[0].Split('/')[1]).Distinct().Order());
        Assert.Contains(result.Lines, line => line.EndsWith($"\tweb.{cluster.Namespace}.pod\t8", StringComparison.Ordinal));
        Assert.Contains(result.Lines, line => line.EndsWith($"\tstatic.{cluster.Namespace}.pod\t0", StringComparison.Ordinal));
        await NothingRunsAsync();
    }

    [ClusterFact]
    public async Task ListsAnInterfaceForEachPodAndCapturesFromIt()
    {
        await InstallAsync("--interface-per-pod");
        var expected = $"scope-{cluster.Namespace}.web (Kubernetes pod {cluster.Namespace}/web)";

        // A cluster that is busy may take longer than Wireshark's start is to wait.
        await Cluster.UntilAsync("listed", Patience, async () => (await RunAsync("tshark", "-D")).Stdout.Contains(expected, StringComparison.Ordinal));
        using var tshark = Start("tshark", "-i", $"scope-{cluster.Namespace}.web", "-f", Pings, "-c", "2", "-T", "fields", "-e", "icmp.type");
        await PingUntilItEndsAsync(tshark);

        Assert.Equal(["8", "0"], (await tshark.EndAsync()).Lines.Order().Reverse());
        await NothingRunsAsync();
    }

    [ClusterFact]
    public Task LeavesNothingRunningWhenTsharkIsTerminated() => LeavesNothingRunningAsync(Terminate);

    [ClusterFact]
    public Task LeavesNothingRunningWhenTsharkIsKilled() => LeavesNothingRunningAsync(Kill);

    [ClusterFact]
    public async Task TellsTsharkWhatIsWrong()
    {
        await InstallAsync();

        var nobody = await RunAsync("tshark", "-i", "scope", "-o", "extcap.scope.pod:nobody", "-c", "1");
        var filter = await RunAsync("tshark", "-i", "scope", "-o", "extcap.scope.pod:web", "-f", "tcp prt 80", "-c", "1");

        Assert.Contains($"scope: error: there is no pod 'nobody' in namespace '{cluster.Namespace}'", nobody.Stderr);
        Assert.Contains("syntax error", filter.Stderr);
        await NothingRunsAsync();
    }

    private async Task LeavesNothingRunningAsync(int signal)
    {
        await InstallAsync();
        using var tshark = Start("tshark", "-i", "scope", "-o", "extcap.scope.pod:web", "-l", "-T", "fields", "-e", "frame.number");
        await Cluster.UntilAsync("a packet", Patience, async () =>
        {
            await PingAsync();
            return tshark.OutputSoFar.Length > 0;
        });

        tshark.Signal(signal);

        await tshark.EndAsync();
        await NothingRunsAsync();
    }

    private async Task InstallAsync(params string[] options)
    {
        var result = await Command.RunAsync("env", [.. Environment, Cluster.Scope, "-n", cluster.Namespace, "extcap", "install", .. options]);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private Command Start(params string[] command) => Command.Start("env", ["--default-signal", .. Environment, .. command]);

    private Task<CommandResult> RunAsync(params string[] command) => Command.RunAsync("env", [.. Environment, .. command]);

    private async Task PingUntilItEndsAsync(Command tshark) => await Cluster.UntilAsync("tshark has what it wants", Patience, async () =>
    {
        await PingAsync();
        return tshark.HasEnded;
    });

    private async Task PingAsync()
    {
        var address = (await cluster.PodAsync("static")).GetProperty("status").GetProperty("podIP").GetString()!;
        await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, "web", "--", "ping", "-c", "1", "-s", $"{PingBytes}", address);
    }

    // The pipe's path is among the arguments of whoever has to do with the capture.
    private Task NothingRunsAsync() => Cluster.UntilAsync(
        () => "no process of the capture left: " + string.Join('\n', Running()), TimeSpan.FromSeconds(30), () => Task.FromResult(Running().Count == 0));

    private List<string> Running() =>
        [.. Directory.GetDirectories("/proc").Select(CommandLine).Where(line => line.Contains(home.FullName, StringComparison.Ordinal))];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}

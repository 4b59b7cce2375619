using System.Globalization;

namespace Endoscope.EndToEnd.Tests;

/// <summary>Captures from real pods, judged by Wireshark's own tools.</summary>
public sealed class CaptureTests(Cluster cluster) : IDisposable
{
    private const int Interrupt = 2;

    // Pings of our own: other tests ping the same pods meanwhile.
    private const int PingBytes = 101;
    private const string Pings = "icmp and ip[2:2] = 129";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(folder.FullName, "out.pcapng");

    public void Dispose() => folder.Delete(recursive: true);

    [ClusterFact]
    public async Task CapturesWhatAPodSendsAndReceives()
    {
        using var scope = cluster.StartScope("web", "capture", "-f", Pings, "-w", File);
        await StartedAsync(File);
        await PingAsync("web", "static", 3);
        await PacketsAsync(File, 6);

        scope.Signal(Interrupt);
        var result = await scope.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Stderr.Contains("6 packets captured, 6 passed the filter, 0 dropped by the kernel", StringComparison.Ordinal), result.ToString());
        Assert.Equal(
            ["web.shop.pod > static.shop.pod 2 8", "static.shop.pod > web.shop.pod 1 0"],
            (await FieldsAsync(File, "ip.src_host", "ip.dst_host", "frame.packet_flags_direction", "icmp.type")).Take(2)
                .Select(line => Direction(line).Replace(cluster.Namespace, "shop", StringComparison.Ordinal)));
        var about = await RunAsync("capinfos", File);
        Assert.Contains($"Name = {cluster.Namespace}/web:eth0", about);
        Assert.Contains($"Filter string = {Pings}", about);
        Assert.Contains("File timestamp precision:  nanoseconds (9)", about);
        Assert.Contains("Capture comment:     scope -n ", about);
        Assert.Contains("Number of stat entries = ", about);
    }

    [ClusterFact]
    public async Task MergesSeveralPodsInTheOrderOfTime()
    {
        using var scope = cluster.StartScope("web,static", "tcpdump", "-f", Pings, "-w", File);
        await StartedAsync(File);
        await Cluster.UntilAsync("both captured", Patience, async () => (await RunAsync("capinfos", File)).Contains("Number of interfaces in file: 2", StringComparison.Ordinal));
        await PingAsync("web", "static", 3);
        await PacketsAsync(File, 12);

        scope.Signal(Interrupt);

        Assert.Equal(0, (await scope.EndAsync()).ExitCode);
        Assert.Contains("Strict time order:   True", await RunAsync("capinfos", File));
        var merged = Path.Combine(folder.FullName, "merged.pcapng");
        await RunAsync("mergecap", "-w", merged, File, File);
        Assert.Equal(24, (await FieldsAsync(merged, "frame.interface_name")).Count);
    }

    [ClusterFact]
    public async Task TakesUpPodsThatComeLater()
    {
        await cluster.TargetAsync("capture-first");
        using var scope = Command.Start("env", "--default-signal", Cluster.Scope, "-n", cluster.Namespace, "-p", "capture-first", "capture", "-l", "run=capture-second", "-w", File);
        await StartedAsync(File);

        await cluster.TargetAsync("capture-second");
        await Cluster.UntilAsync("second captured", Patience, async () => (await RunAsync("capinfos", File)).Contains("capture-second:eth0", StringComparison.Ordinal));
        await PingAsync("capture-second", "static", 1);
        await Cluster.UntilAsync("its packets", Patience, async () => (await FieldsAsync(File, "frame.interface_name")).Exists(line => line.Contains("capture-second", StringComparison.Ordinal)));
        scope.Signal(Interrupt);

        Assert.Equal(0, (await scope.EndAsync()).ExitCode);
    }

    [ClusterFact]
    public async Task LeavesItsOwnTrafficOutOfANodesNetwork()
    {
        var result = await cluster.ScopeAsync("on-host", "capture", "--duration", "5s", "-w", File);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("without the traffic of the kubelet's port", result.Stderr);
        Assert.DoesNotContain(await FieldsAsync(File, "tcp.port"), line => line.Split('\t', ',').Contains("10250"));
    }

    [ClusterFact]
    public async Task GivesAPipeToWiresharksTools()
    {
        var line = $"{Cluster.Scope} -n {cluster.Namespace} -p web capture -i lo --packets 2 | tshark -r - -T fields -e icmp.type";
        using var pipe = Command.Start("bash", "-c", line);
        await Cluster.UntilAsync("a ping seen", Patience, async () =>
        {
            await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, "web", "--", "ping", "-c", "1", "127.0.0.1");
            return pipe.HasEnded;
        });

        var result = await pipe.EndAsync();
        Assert.Equal(["8", "0"], result.Lines);
    }

    /// <summary>A socket takes packets before it has a filter; a flood shows it.</summary>
    [ClusterFact]
    public async Task CountsNoPacketThatCameBeforeTheFilter()
    {
        var target = await cluster.TargetAsync("capture-flooded");
        using var flood = cluster.StartScope(target, "--limits", "cpu=500m", "shell", "ping", "-f", "-q", "-w", "60", "127.0.0.1");
        await flood.PrintsAsync("PING");
        for (var i = 0; i < 5; i++)
        {
            var file = $"{File}{i}";
            using var scope = cluster.StartScope(target, "capture", "-i", "lo", "-f", "tcp port 9", "-w", file);
            await Cluster.UntilAsync("captured", Patience, async () => System.IO.File.Exists(file) && (await RunAsync("capinfos", file)).Contains(":lo", StringComparison.Ordinal));

            scope.Signal(Interrupt);

            var result = await scope.EndAsync();
            Assert.True(result.Stderr.Contains("0 packets captured, 0 passed the filter, 0 dropped by the kernel", StringComparison.Ordinal), result.ToString());
        }

        flood.Signal(Interrupt);
        await flood.EndAsync();
    }

    [ClusterFact]
    public async Task SaysWhatLibpcapSaysOfAWrongFilter()
    {
        var result = await cluster.ScopeAsync("web", "capture", "-f", "tcp prt 80", "-w", File);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("the filter 'tcp prt 80' is wrong: ", result.Stderr);
        Assert.False(System.IO.File.Exists(File));
    }

    [ClusterFact]
    public async Task SaysWhichInterfacesThereAre()
    {
        var result = await cluster.ScopeAsync("web", "capture", "-i", "eth9", "-w", File);

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("the pod has no interface 'eth9'; it has lo, eth0", result.Stderr);
    }

    private async Task PingAsync(string from, string to, int count) => await Cluster.KubectlAsync(
        "exec", "-n", cluster.Namespace, from, "--", "ping", "-c", $"{count}", "-s", $"{PingBytes}",
        (await cluster.PodAsync(to)).GetProperty("status").GetProperty("podIP").GetString()!);

    /// <summary>Waits until an interface is captured, by what is in the file.</summary>
    private static Task StartedAsync(string file) => Cluster.UntilAsync(
        "captured", Patience, async () => System.IO.File.Exists(file) && (await RunAsync("capinfos", file)).Contains(":eth0", StringComparison.Ordinal));

    private static Task PacketsAsync(string file, int count) =>
        Cluster.UntilAsync($"{count} packets", Patience, async () => (await FieldsAsync(file, "frame.number")).Count >= count);

    /// <summary>A line a packet of what tshark reads; it must have no complaint.</summary>
    private static async Task<List<string>> FieldsAsync(string file, params string[] fields) =>
        [.. (await RunAsync("tshark", ["-r", file, "-N", "n", "-T", "fields", .. fields.SelectMany(field => (string[])["-e", field])])).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static async Task<string> RunAsync(string program, params string[] args)
    {
        var result = await Command.RunAsync(program, args);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain("cut short", result.Stderr);
        return result.Stdout;
    }

    // Directions are 1 (in) and 2 (out) in tshark's hexadecimal.
    private static string Direction(string line) => line.Split('\t') is [var source, var destination, var direction, var type]
        ? $"{source} > {destination} {int.Parse(direction.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)} {type}"
        : line;
}

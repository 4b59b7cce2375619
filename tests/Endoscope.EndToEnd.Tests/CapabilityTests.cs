using System.Globalization;
using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

/// <summary>
/// Least privilege, measured: a command's debug pod has exactly these capabilities, with them the command works, and without any one of them it
/// does not. A capability is taken away as a user would, by a partial pod that drops it.
/// </summary>
public sealed partial class CapabilityTests(Cluster cluster) : IClassFixture<CapabilityTargets>
{
    private const int Interrupt = 2;

    // A breakpoint that every thread runs into all the time stops them within a moment, where it can.
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(20);

    // From linux/capability.h.
    private static readonly Dictionary<string, int> Bits = new()
    {
        ["DAC_OVERRIDE"] = 1,
        ["DAC_READ_SEARCH"] = 2,
        ["KILL"] = 5,
        ["NET_ADMIN"] = 12,
        ["NET_RAW"] = 13,
        ["SYS_PTRACE"] = 19,
        ["SYS_ADMIN"] = 21,
    };

    private static readonly string[] Network = ["NET_RAW", "SYS_ADMIN", "SYS_PTRACE"];

    [ClusterFact]
    public async Task PidsNeedsNone()
    {
        var result = await HasExactlyAsync([], "caps-worker", "pids", "-q");
        Assert.Matches(@"^\d+\n$", result.Stdout);
    }

    [ClusterFact]
    public Task PingNeedsEach() => NeedsEachAsync(Network, "caps-files", result => result.ExitCode == 0, "ping", "-d", "web", "-c", "1");

    [ClusterFact]
    public Task HpingNeedsEach() => NeedsEachAsync(Network, "caps-files", result => result.ExitCode == 0, "hping", "-d", "web", "-c", "1");

    [ClusterFact]
    public Task CaptureNeedsEach() =>
        NeedsEachAsync(Network, "caps-files", result => result.Stdout.Contains("X-Caps", StringComparison.Ordinal), "capture", "-w", "-");

    [ClusterFact]
    public Task IstioNeedsEach() => NeedsEachAsync(
        ["NET_ADMIN", .. Network], "caps-redirect", result => result.Stdout.Contains("iptables-legacy  redirected", StringComparison.Ordinal), "istio");

    [ClusterFact]
    public Task FsNeedsEach() =>
        NeedsEachAsync(["DAC_READ_SEARCH", "SYS_PTRACE"], "caps-files", result => result.Stdout == "hidden\n", "fs", "cat", "/tmp/hidden");

    [ClusterFact]
    public Task StraceNeedsEach() => NeedsEachAsync(
        ["KILL", "SYS_PTRACE"],
        "caps-worker",
        result => result.Stdout.Contains("getppid()", StringComparison.Ordinal) && !result.Stderr.Contains("not permitted", StringComparison.Ordinal),
        "strace", "-e", "trace=getppid");

    /// <summary>A thread that stops at a breakpoint has all others stopped by signals, and the stack is in memory that is its user's.</summary>
    [ClusterFact]
    public Task GdbNeedsEach() => NeedsEachAsync(
        ["DAC_OVERRIDE", "KILL", "SYS_PTRACE"],
        "caps-debugged",
        result => result.Stdout.Contains("in worker (", StringComparison.Ordinal),
        "gdb", "--", "-batch", "-ex", "break work", "-ex", "continue", "-ex", "bt", "-ex", "delete");

    [ClusterFact]
    public async Task ShellNeedsEachForSomeTool()
    {
        var worker = (await cluster.ScopeAsync("caps-worker", "pids", "-q")).Stdout.Trim();
        var address = (await cluster.PodAsync("web")).GetProperty("status").GetProperty("podIP").GetString()!;
        (string Capability, string[] Tool)[] tools =
        [
            ("DAC_OVERRIDE", ["dd", "if=/dev/null", $"of=/proc/{worker}/mem", "conv=notrunc"]),
            ("KILL", ["bash", "-c", $"kill -0 {worker}"]),
            ("NET_ADMIN", ["ip", "link", "set", "lo", "up"]),
            ("NET_RAW", ["hping3", "-c", "1", "-S", "-p", "8080", address]),
            ("SYS_ADMIN", ["true"]),
            ("SYS_PTRACE", ["true"]),
        ];
        await HasExactlyAsync([.. tools.Select(one => one.Capability), "DAC_READ_SEARCH"], "caps-worker", "shell", "true");
        await Parallel.ForEachAsync(tools, new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (one, _) =>
        {
            var with = await cluster.ScopeAsync("caps-worker", ["shell", .. one.Tool]);
            var without = await RunWithoutAsync(one.Capability, "caps-worker", ["shell", .. one.Tool]);
            Assert.True(with.ExitCode == 0, $"{string.Join(' ', one.Tool)}: {with}");
            Assert.True(without.ExitCode != 0, $"{string.Join(' ', one.Tool)} works without {one.Capability}: {without}");
        });
    }

    private async Task NeedsEachAsync(string[] capabilities, string target, Func<CommandResult, bool> works, params string[] command)
    {
        var whole = await HasExactlyAsync(capabilities, target, command);
        Assert.True(works(whole), $"{command[0]}: {whole}");

        // A process has one tracer at a time.
        var isTracer = command[0] is "strace" or "gdb";
        await Parallel.ForEachAsync(capabilities, new ParallelOptions { MaxDegreeOfParallelism = isTracer ? 1 : 3 }, async (missing, _) =>
        {
            var result = await RunWithoutAsync(missing, target, command);
            Assert.False(works(result), $"{command[0]} without {missing}: {result}");
        });
    }

    private Task<CommandResult> RunWithoutAsync(string capability, string target, string[] command) =>
        RunAsync(target, ["--terminate"], $"spec: {{containers: [{{name: endoscope, securityContext: {{capabilities: {{drop: [ALL, {capability}]}}}}}}]}}", command);

    // What the kernel says that a process of the debug pod may ever have, not only what its manifest asks for.
    private async Task<CommandResult> HasExactlyAsync(string[] capabilities, string target, params string[] command)
    {
        var label = $"a{Guid.NewGuid():N}";
        var result = await RunAsync(target, [], $"metadata: {{labels: {{caps: {label}}}}}", command);
        var pod = (await Cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace, "-l", $"caps={label}", "-o", "name")).Trim();
        var status = await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, pod, "--", "cat", "/proc/self/status");
        await Cluster.KubectlAsync("delete", "-n", cluster.Namespace, pod, "--wait=false");

        var expected = capabilities.Aggregate(0UL, (mask, name) => mask | (1UL << Bits[name]));
        Assert.Equal([expected, expected, expected], new[] { "CapPrm", "CapEff", "CapBnd" }.Select(set => Mask(status, set)));
        return result;
    }

    // Some commands go on for ever, and one that lacks a capability hangs: they are interrupted when they have said enough, or had their time.
    private async Task<CommandResult> RunAsync(string target, string[] options, string partialPod, string[] command)
    {
        using var overrides = new Overrides(partialPod);
        using var scope = cluster.StartScope(target, [.. options, "--overrides", overrides.Path, .. command]);
        while (!scope.HasEnded && !Enough().IsMatch(scope.OutputSoFar))
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        if (scope.OutputSoFar.Contains("Breakpoint 1 at", StringComparison.Ordinal))
        {
            await Task.WhenAny(EndsAsync(scope), Task.Delay(TimeToStop, TestContext.Current.CancellationToken));
        }

        if (!scope.HasEnded)
        {
            scope.Signal(Interrupt);
        }

        return await scope.EndAsync();
    }

    private static async Task EndsAsync(Command scope)
    {
        while (!scope.HasEnded)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    private static ulong Mask(string status, string set) =>
        ulong.Parse(status.Split('\n').Single(line => line.StartsWith(set, StringComparison.Ordinal)).Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"getppid\(\)|X-Caps|Breakpoint 1 at")]
    private static partial Regex Enough();

    private sealed class Overrides : IDisposable
    {
        public Overrides(string text) => File.WriteAllText(Path, text);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"scope-{Guid.NewGuid():N}.yaml");

        public void Dispose() => File.Delete(Path);
    }
}

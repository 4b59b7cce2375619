using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Endoscope.Testing;

[assembly: AssemblyFixture(typeof(Endoscope.EndToEnd.Tests.Cluster))]

namespace Endoscope.EndToEnd.Tests;

/// <summary>
/// The real cluster of KUBECONFIG with a namespace of our own and targets in it, and the real, published scope. The image and the targets'
/// images have been loaded by test.sh.
/// </summary>
public sealed class Cluster : IAsyncLifetime
{
    /// <summary>Why the tests do not run without a cluster.</summary>
    public const string Skip = "no cluster: KUBECONFIG is not set (test.sh starts one)";

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> targets = new();

    /// <summary>Whether there is a cluster to test on.</summary>
    public static bool IsThere => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KUBECONFIG"));

    /// <summary>The namespace of this run's targets.</summary>
    public string Namespace { get; } = $"scope-e2e-{Guid.NewGuid().ToString("N")[..8]}";

    /// <summary>The published program.</summary>
    public static string Scope { get; } =
        Environment.GetEnvironmentVariable("SCOPE_BINARY") ?? Path.Combine(Repository.Root, "artifacts/publish/Endoscope.Cli/release_linux-x64/scope");

    public async ValueTask InitializeAsync()
    {
        if (!IsThere)
        {
            return;
        }

        await KubectlAsync("create", "namespace", Namespace);
        await KubectlAsync(await File.ReadAllBytesAsync(Path.Combine(Repository.Root, "tests/Endoscope.EndToEnd.Tests/targets.yaml")), "apply", "-n", Namespace, "-f", "-");
        await KubectlAsync("wait", "-n", Namespace, "--for=condition=Ready", "--timeout=60s", "pod", "-l", "e2e=ready");
    }

    public async ValueTask DisposeAsync()
    {
        if (IsThere)
        {
            // The cluster takes a minute or two for it and needs nobody to wait.
            await KubectlAsync("delete", "namespace", Namespace, "--wait=false");
        }
    }

    /// <summary>Runs scope on a target of this run's namespace: <c>scope -n NAMESPACE -p TARGET ARGS</c>.</summary>
    public Task<CommandResult> ScopeAsync(string target, params IEnumerable<string> args) => ScopeAsync(target, args, stdin: null);

    /// <inheritdoc cref="ScopeAsync(string, IEnumerable{string})"/>
    public Task<CommandResult> ScopeAsync(string target, IEnumerable<string> args, byte[]? stdin) =>
        Command.RunAsync(Scope, ["-n", Namespace, "-p", target, .. args], stdin);

    /// <summary>Starts scope and leaves it running. It is not to ignore the signals that whoever started the tests ignores (nohup, a background job).</summary>
    public Command StartScope(string target, params IEnumerable<string> args) => Command.Start("env", ["--default-signal", Scope, "-n", Namespace, "-p", target, .. args]);

    /// <summary>A target of a test's own, like <c>web</c>, and ready; it is made when first asked for, so that tests of a class may share one.</summary>
    public Task<string> TargetAsync(string name) => targets.GetOrAdd(name, _ => new Lazy<Task<string>>(async () =>
    {
        await RunPodAsync(name, "busybox");
        return name;
    })).Value;

    /// <summary>
    /// As <see cref="TargetAsync"/>, one that runs lab/worker.c, distroless and not root, with a debug pod that fits every command beside it.
    /// </summary>
    /// <param name="kind">How it was built: dynamic, stripped, static, static-pie or musl.</param>
    /// <param name="mode">What it does, such as <c>threads 4</c>.</param>
    public Task<string> WorkerAsync(string name, string kind, params string[] mode) => targets.GetOrAdd(name, _ => new Lazy<Task<string>>(async () =>
    {
        await RunPodAsync(name, "worker", ["--command", "--", $"/{kind}/worker", .. mode]);
        var launch = await ScopeAsync(name, "launch");
        return launch.ExitCode == 0 ? name : throw new InvalidOperationException($"scope launch: {launch}");
    })).Value;

    private async Task RunPodAsync(string name, string image, params string[] command)
    {
        await KubectlAsync(
            [
                "run", name, "-n", Namespace, $"--image=endoscope-lab/{image}:1", "--image-pull-policy=IfNotPresent", "--restart=Never",
                "--overrides={\"spec\":{\"terminationGracePeriodSeconds\":1}}", .. command,
            ]);
        await KubectlAsync("wait", "-n", Namespace, "--for=condition=Ready", "--timeout=60s", $"pod/{name}");
    }

    /// <summary>Skips the test where the server is older than this minor version of 1, and says why that matters.</summary>
    public static async Task NeedsServerAsync(int minor, string why)
    {
        var version = JsonDocument.Parse(await KubectlAsync("version", "-o", "json")).RootElement.GetProperty("serverVersion");
        var found = version.GetProperty("minor").GetString()!.TrimEnd('+');
        Assert.SkipUnless(int.Parse(found, System.Globalization.CultureInfo.InvariantCulture) >= minor, $"the server is 1.{found}: {why} needs 1.{minor}");
    }

    /// <summary>The target's processes by <c>scope pids</c>.</summary>
    public async Task<JsonElement[]> ProcessesAsync(string target)
    {
        var result = await ScopeAsync(target, "-o", "json", "pids");
        Assert.True(result.ExitCode == 0, result.ToString());
        return [.. JsonDocument.Parse(result.Stdout).RootElement.GetProperty("processes").EnumerateArray()];
    }

    /// <summary>Waits until a worker's threads all go on: each works, and none is stopped.</summary>
    public async Task WorkerGoesOnAsync(string worker)
    {
        var before = await WorkedAsync(worker);
        await UntilAsync(
            $"all threads of {worker} work on",
            TimeSpan.FromSeconds(60),
            async () => (await WorkedAsync(worker)).Zip(before, (now, then) => now > then).All(more => more));
        Assert.DoesNotContain(await ProcessesAsync(worker), process => process.GetProperty("state").GetString() is "T" or "t");
    }

    // How often each thread has worked.
    private async Task<long[]> WorkedAsync(string worker)
    {
        var answer = await ScopeAsync(worker, "shell", "curl", "-s", "-m", "20", "localhost:8080");
        Assert.True(answer.ExitCode == 0, answer.ToString());
        return [.. answer.Lines.Select(line => long.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>Runs kubectl, which must succeed, and gives what it printed.</summary>
    public static Task<string> KubectlAsync(params IEnumerable<string> args) => KubectlAsync([], args);

    /// <summary>The names of the pods of this run's namespace that begin so.</summary>
    public async Task<string[]> PodsAsync(string prefix)
    {
        var names = await KubectlAsync("get", "pods", "-n", Namespace, "-o", "jsonpath={.items[*].metadata.name}");
        return [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
    }

    /// <summary>Waits until no debug pod of the target is left. A kubelet may take ten seconds to report that a pod has ended.</summary>
    public Task DebugPodsAreGoneAsync(string target) =>
        UntilAsync($"debug pods of {target} gone", TimeSpan.FromSeconds(45), async () => (await PodsAsync($"debug-{target}")).Length == 0);

    /// <summary>Waits until the target's debug pod has ended; the scope of any other test sweeps up what has.</summary>
    public Task DebugPodEndsByItselfAsync(string target) =>
        UntilAsync($"debug pod of {target} ends", TimeSpan.FromSeconds(90), async () =>
            await KubectlAsync("get", "pod", "-n", Namespace, $"debug-{target}", "--ignore-not-found", "-o", "jsonpath={.status.phase}") is "Succeeded" or "");

    /// <summary>A pod as the API server tells it.</summary>
    public async Task<JsonElement> PodAsync(string name) =>
        JsonDocument.Parse(await KubectlAsync("get", "pod", "-n", Namespace, name, "-o", "json")).RootElement;

    /// <summary>Waits until a condition holds, looking ten times a second at first, later once.</summary>
    public static Task UntilAsync(string what, TimeSpan limit, Func<Task<bool>> holds) => UntilAsync(() => what, limit, holds);

    /// <inheritdoc cref="UntilAsync(string, TimeSpan, Func{Task{bool}})"/>
    /// <param name="what">What it was, asked for where it does not hold.</param>
    public static async Task UntilAsync(Func<string> what, TimeSpan limit, Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            if (clock.Elapsed > limit)
            {
                Assert.Fail($"not within {limit.TotalSeconds:0} s: {what()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Clamp(clock.ElapsedMilliseconds / 5, 100, 1000)), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs kubectl with this input, which must succeed, and gives what it printed.</summary>
    public static async Task<string> KubectlAsync(byte[] stdin, params IEnumerable<string> args)
    {
        var result = await Command.RunAsync("kubectl", args, stdin);
        return result.ExitCode == 0 ? result.Stdout : throw new InvalidOperationException($"kubectl {string.Join(' ', args)}: {result}");
    }
}

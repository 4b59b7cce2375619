using System.Diagnostics;
using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

/// <summary>Every command from an ephemeral container in its target, with exactly the capabilities that it asks for.</summary>
public sealed class EphemeralTests(Cluster cluster)
{
    private const string Prefix = "endoscope-";

    [EphemeralTheory]
    [InlineData("pids", "", "pids", "-q")]
    [InlineData("ping", "NET_RAW", "ping", "-d", "static", "-c", "1")]
    [InlineData("hping", "NET_RAW", "hping", "-d", "static", "-c", "1", "--", "-S", "-p", "8080")]
    [InlineData("capture", "NET_RAW", "capture", "--duration", "1s", "-w", "-")]
    [InlineData("strace", "KILL SYS_PTRACE", "strace", "--", "-c")]
    [InlineData("gdb", "DAC_OVERRIDE KILL SYS_PTRACE", "gdb", "--", "-batch", "-ex", "info threads")]
    [InlineData("fs", "DAC_READ_SEARCH SYS_PTRACE", "fs", "ls", "/")]
    [InlineData("istio", "NET_ADMIN NET_RAW", "istio", "status")]
    [InlineData("shell", "DAC_OVERRIDE DAC_READ_SEARCH KILL NET_ADMIN NET_RAW SYS_PTRACE", "shell", "true")]
    public async Task WorksWithExactlyItsCapabilities(string command, string capabilities, params string[] words)
    {
        var target = await NewTargetAsync($"eph-{command}");
        using var scope = cluster.StartScope(target, ["--mode", "ephemeral", .. words]);
        if (command == "strace")
        {
            // It goes on until it is interrupted.
            await Cluster.UntilAsync("strace runs", TimeSpan.FromSeconds(60), async () => (await ContainersAsync(target)).Length == 1);
            await Task.Delay(3000, TestContext.Current.CancellationToken);
            scope.Signal(2);
        }

        var result = await scope.EndAsync();

        Assert.True(result.ExitCode == 0 || (command == "strace" && result.Stderr.Contains("strace of process 1 ", StringComparison.Ordinal)), result.ToString());
        Assert.Contains("it stays in the pod's spec until the pod ends", result.Stderr);
        var container = Assert.Single(await ContainersAsync(target));
        Assert.Equal("app", container.GetProperty("targetContainerName").GetString());
        var security = container.GetProperty("securityContext");
        Assert.Equal("ALL", security.GetProperty("capabilities").GetProperty("drop")[0].GetString());
        Assert.Equal(
            capabilities,
            string.Join(' ', security.GetProperty("capabilities").TryGetProperty("add", out var add) ? add.EnumerateArray().Select(one => one.GetString()) : []));
    }

    [EphemeralFact]
    public async Task ListsTheTargetsProcessesAndNotItsOwn()
    {
        var target = await NewTargetAsync("eph-own");

        var result = await cluster.ScopeAsync(target, "--mode", "ephemeral", "-o", "json", "pids");

        Assert.True(result.ExitCode == 0, result.ToString());
        var process = Assert.Single(JsonDocument.Parse(result.Stdout).RootElement.GetProperty("processes").EnumerateArray());
        Assert.Equal(1, process.GetProperty("pid").GetInt32());
        Assert.Equal("serve", process.GetProperty("name").GetString());
    }

    [EphemeralFact]
    public async Task UsesItsContainerAgainAndEndsItWhenAsked()
    {
        var target = await NewTargetAsync("eph-again");
        var launch = await cluster.ScopeAsync(target, "--mode", "ephemeral", "launch");
        var clock = Stopwatch.StartNew();
        var second = await cluster.ScopeAsync(target, "--mode", "ephemeral", "pids", "-q");
        TestContext.Current.TestOutputHelper?.WriteLine($"warm command: {clock.ElapsedMilliseconds} ms");

        Assert.Equal("1\n", second.Stdout);
        Assert.Empty(second.Stderr);
        Assert.Single(await ContainersAsync(target));

        var cleanup = await cluster.ScopeAsync(target, "cleanup");
        Assert.True(cleanup.ExitCode == 0, cleanup.ToString());
        Assert.Contains($"ephemeral container {launch.Stdout.TrimEnd()} of pod {cluster.Namespace}/{target} cannot be removed", cleanup.Stderr);
        await Cluster.UntilAsync("its process ended", TimeSpan.FromSeconds(20), async () => (await StateAsync(target)).TryGetProperty("terminated", out _));
        Assert.Contains("Ended", (await cluster.ScopeAsync(target, "list")).Stdout);
    }

    [EphemeralFact]
    public async Task EndsWhenNobodyComes()
    {
        var target = await NewTargetAsync("eph-idle");
        await cluster.ScopeAsync(target, "--mode", "ephemeral", "--idle", "1s", "pids");

        await Cluster.UntilAsync("its process ended", TimeSpan.FromSeconds(30), async () => (await StateAsync(target)).TryGetProperty("terminated", out _));
        var next = await cluster.ScopeAsync(target, "--mode", "ephemeral", "pids", "-q");

        Assert.True(next.ExitCode == 0, next.ToString());
        Assert.Equal(2, (await ContainersAsync(target)).Length);
    }

    [EphemeralFact]
    public async Task SaysWithinSecondsThatTheImageCannotBeHad()
    {
        var target = await NewTargetAsync("eph-image");
        var clock = Stopwatch.StartNew();

        var result = await cluster.ScopeAsync(target, "--mode", "ephemeral", "-i", "endoscope-lab/no-such-image:1", "pids");

        Assert.Equal(3, result.ExitCode);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}");
        Assert.Matches("scope: error: the ephemeral container endoscope-[0-9a-f]{5} cannot run: ErrImagePull", result.Stderr);
    }

    [EphemeralFact]
    public async Task FindsTheTargetWhereThePodSharesItsProcessNamespace()
    {
        await ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: { name: eph-shared }
            spec:
              shareProcessNamespace: true
              terminationGracePeriodSeconds: 1
              containers:
                - { name: app, image: endoscope-lab/static:1, imagePullPolicy: IfNotPresent }
                - { name: other, image: endoscope-lab/busybox:1, imagePullPolicy: IfNotPresent }
            """, "eph-shared");

        var result = await cluster.ScopeAsync("eph-shared", "--mode", "ephemeral", "-o", "json", "pids");

        Assert.True(result.ExitCode == 0, result.ToString());
        var process = Assert.Single(JsonDocument.Parse(result.Stdout).RootElement.GetProperty("processes").EnumerateArray());
        Assert.Equal("serve", process.GetProperty("name").GetString());
        Assert.NotEqual(1, process.GetProperty("pid").GetInt32());
    }

    [EphemeralFact]
    public async Task PingsFromThePodWhoseContainerDoesNotRun()
    {
        await ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: { name: eph-looping }
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - { name: app, image: endoscope-lab/busybox:1, imagePullPolicy: IfNotPresent, command: [/bin/sh, -c, exit 7] }
            """, null);

        // After the fourth crash the next start is far enough away. Until it comes near, a kubelet of today says that the container has terminated, an older one that it waits.
        await Cluster.UntilAsync("it crashed", TimeSpan.FromSeconds(120), async () =>
            (await cluster.PodAsync("eph-looping")).GetProperty("status").TryGetProperty("containerStatuses", out var all)
            && all[0].GetProperty("restartCount").GetInt32() >= 3 && !all[0].GetProperty("state").TryGetProperty("running", out _));

        var result = await cluster.ScopeAsync("eph-looping", "--mode", "ephemeral", "ping", "-d", "static", "-c", "1");

        Assert.True(result.ExitCode == 0, result.ToString());
    }

    [EphemeralTheory]
    [InlineData("pod")]
    [InlineData("ephemeral")]
    public async Task LooksIntoAPodWithAUserNamespace(string mode)
    {
        Assert.SkipUnless(ServerVersion.HasUserNamespaces, "user namespaces for pods are there by default since Kubernetes 1.33");
        await ApplyAsync($$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: eph-userns-{{mode}} }
            spec:
              hostUsers: false
              terminationGracePeriodSeconds: 1
              containers:
                - { name: app, image: endoscope-lab/static:1, imagePullPolicy: IfNotPresent, securityContext: { runAsUser: 0 } }
            """, $"eph-userns-{mode}");

        foreach (var words in (string[][])
            [
                ["ping", "-d", "web", "-c", "1"], ["fs", "cat", "/etc/hostname"], ["gdb", "--", "-batch", "-ex", "info registers"],
                ["capture", "--duration", "100ms", "-w", "-"], ["pids"],
            ])
        {
            var result = await cluster.ScopeAsync($"eph-userns-{mode}", ["--mode", mode, .. words]);
            Assert.True(result.ExitCode == 0, $"{string.Join(' ', words)}: {result}");
        }
    }

    [EphemeralFact]
    public async Task SaysThatOnlyTheNodeKnowsTheLayers()
    {
        var result = await cluster.ScopeAsync("static", "--mode", "ephemeral", "fs", "layers", "/serve");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains("hint: --mode pod sees them", result.Stderr);
    }

    [EphemeralTheory]
    [InlineData("baseline", "using an ephemeral container of the profile baseline, since: ", "ping", "-d", "web", "-c", "1")]
    [InlineData("privileged", "using a debug pod, which the cluster allows", "ping", "-d", "web", "-c", "1")]
    [InlineData("baseline", "using an ephemeral container, since: ", "pids")]
    public async Task AutoTakesWhatPodSecurityAllows(string level, string told, params string[] words)
    {
        var ns = $"{cluster.Namespace}-{level}-{words[0]}";
        await Cluster.KubectlAsync("create", "namespace", ns);
        try
        {
            await Cluster.KubectlAsync("label", "namespace", ns, $"pod-security.kubernetes.io/enforce={level}");
            await Cluster.KubectlAsync("run", "web", "-n", ns, "--image=endoscope-lab/static:1", "--image-pull-policy=IfNotPresent", "--restart=Never");
            await Cluster.KubectlAsync("wait", "-n", ns, "--for=condition=Ready", "--timeout=60s", "pod/web");

            var auto = await Command.RunAsync(Cluster.Scope, ["-n", ns, "-p", "web", "--mode", "auto", .. words]);
            var pod = await Command.RunAsync(Cluster.Scope, ["-n", ns, "-p", "web", .. words]);

            Assert.True(auto.ExitCode == 0, auto.ToString());
            Assert.Contains(told, auto.Stderr);
            Assert.Equal(level == "baseline" ? 3 : 0, pod.ExitCode);
            if (level == "baseline")
            {
                Assert.Contains("violates PodSecurity \"baseline:latest\": ", pod.Stderr);
                Assert.Contains("host namespaces (hostPID=true)", pod.Stderr);
                Assert.Contains("--mode ephemeral", pod.Stderr);
                Assert.Contains("--debug-namespace", pod.Stderr);
            }
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", ns, "--wait=false");
        }
    }

    [EphemeralFact]
    public async Task LooksInFromARestrictedNamespaceAsTheTargetsUser()
    {
        var ns = $"{cluster.Namespace}-restricted";
        await Cluster.KubectlAsync("create", "namespace", ns);
        try
        {
            await Cluster.KubectlAsync("label", "namespace", ns, "pod-security.kubernetes.io/enforce=restricted");
            await Cluster.KubectlAsync(
                "run", "web", "-n", ns, "--image=endoscope-lab/static:1", "--restart=Never",
                """--overrides={"spec":{"containers":[{"name":"web","image":"endoscope-lab/static:1","imagePullPolicy":"IfNotPresent","securityContext":{"runAsNonRoot":true,"runAsUser":1234,"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"seccompProfile":{"type":"RuntimeDefault"}}}]}}""");
            await Cluster.KubectlAsync("wait", "-n", ns, "--for=condition=Ready", "--timeout=60s", "pod/web");

            var least = await Command.RunAsync(Cluster.Scope, ["-n", ns, "-p", "web", "--mode", "ephemeral", "pids", "-q"]);
            var pids = await Command.RunAsync(Cluster.Scope, ["-n", ns, "-p", "web", "--mode", "ephemeral", "--profile", "restricted", "pids", "-q"]);
            var files = await Command.RunAsync(Cluster.Scope, ["-n", ns, "-p", "web", "--mode", "ephemeral", "--profile", "restricted", "fs", "ls", "/"]);

            Assert.Equal(3, least.ExitCode);
            Assert.Contains("Pod Security of namespace", least.Stderr);
            Assert.Contains("--profile restricted", least.Stderr);
            Assert.True(pids.Stdout == "1\n", pids.ToString());
            Assert.True(files.ExitCode == 0 && files.Stdout.Contains("serve", StringComparison.Ordinal), files.ToString());
        }
        finally
        {
            await Cluster.KubectlAsync("delete", "namespace", ns, "--wait=false");
        }
    }

    // Distroless, not root, and forbidden to be.
    private async Task<string> NewTargetAsync(string name)
    {
        await ApplyAsync(
            $$"""
            apiVersion: v1
            kind: Pod
            metadata: { name: {{name}} }
            spec:
              terminationGracePeriodSeconds: 1
              securityContext: { runAsNonRoot: true, runAsUser: 65532 }
              containers:
                - name: app
                  image: endoscope-lab/static:1
                  imagePullPolicy: IfNotPresent
                  securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
            """, name);
        return name;
    }

    private async Task ApplyAsync(string manifest, string? ready)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, manifest, TestContext.Current.CancellationToken);
        await Cluster.KubectlAsync("apply", "-n", cluster.Namespace, "-f", file);
        File.Delete(file);
        if (ready is not null)
        {
            await Cluster.KubectlAsync("wait", "-n", cluster.Namespace, "--for=condition=Ready", "--timeout=60s", $"pod/{ready}");
        }
    }

    private async Task<JsonElement[]> ContainersAsync(string target) =>
        (await cluster.PodAsync(target)).GetProperty("spec").TryGetProperty("ephemeralContainers", out var all)
            ? [.. all.EnumerateArray().Where(one => one.GetProperty("name").GetString()!.StartsWith(Prefix, StringComparison.Ordinal))]
            : [];

    private async Task<JsonElement> StateAsync(string target) =>
        (await cluster.PodAsync(target)).GetProperty("status").GetProperty("ephemeralContainerStatuses")[0].GetProperty("state");
}

using System.Globalization;
using System.Text;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.EndToEnd.Tests;

/// <summary>
/// What each command does in an ephemeral container works with the capabilities that the table of <see cref="AccessNeeds"/> gives it, and with
/// none of them less. The container is made here, since scope itself would not use one that may do too little.
/// </summary>
public sealed class EphemeralRightsTests(Cluster cluster)
{
    private const string Target = "eph-rights";
    private const string Secret = "of one user\n";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [EphemeralTheory]
    [InlineData("pids")]
    [InlineData("hping", "NET_RAW")]
    [InlineData("capture", "NET_RAW")]
    [InlineData("istio", "NET_ADMIN", "NET_RAW")]
    [InlineData("strace", "KILL", "SYS_PTRACE")]
    [InlineData("gdb", "DAC_OVERRIDE", "KILL", "SYS_PTRACE")]
    [InlineData("fs", "DAC_READ_SEARCH", "SYS_PTRACE")]
    public async Task NeedsEachOfItsCapabilities(string command, params string[] capabilities)
    {
        await MakeTargetAsync($"{Target}-{command}", command);
        using var connection = Kubernetes.Cluster.Connect(new ConnectionOptions(), ConnectionEnvironment.Current);
        var target = TargetPlan.Resolve(await connection.Api.ReadPodAsync(cluster.Namespace, $"{Target}-{command}", Token), null, anyContainerWillDo: false);

        Assert.Equal(capabilities, NeedsOf(command).InPod);
        var whole = await TryAsync(connection.Api, target, command, capabilities);
        Assert.True(whole is null, $"with all of them: {whole}");

        // Without KILL a debugger hangs and goes on tracing, so that none after it could.
        foreach (var missing in capabilities.OrderBy(one => one == "KILL"))
        {
            var refusal = await TryAsync(connection.Api, target, command, [.. capabilities.Where(one => one != missing)]);
            Assert.True(refusal is not null, $"{command} works without {missing}");
            TestContext.Current.TestOutputHelper?.WriteLine($"without {missing}: {refusal}");
        }
    }

    private static AccessNeeds NeedsOf(string command) => command switch
    {
        "pids" => AccessNeeds.Processes,
        "istio" => AccessNeeds.Redirect,
        "strace" => AccessNeeds.Trace,
        "gdb" => AccessNeeds.Debug,
        "fs" => AccessNeeds.Files,
        _ => AccessNeeds.Network,
    };

    // Null where it works, else what was said.
    private static async Task<string?> TryAsync(IClusterApi api, Target target, string command, string[] capabilities)
    {
        var access = new AddedContainer(api, capabilities);
        var request = new AccessRequest(target.Namespace, new TargetReference(null, target.Pod), null, NeedsOf(command), AnyContainerWillDo: false, Terminate: true);
        await using var beside = await TargetAccess.EnterAsync(api, access, request, TimeProvider.System, Token);
        try
        {
            await using var session = await beside.StartAsync(Request(command), command, Token);
            return await JudgeAsync(command, session);
        }
        catch (SessionException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return "it hangs, and cannot be interrupted";
        }
    }

    private static AgentRequest Request(string command) => command switch
    {
        "pids" => new ListProcessesRequest(),
        "hping" => new RunRequest { Argv = ["hping3", "-c", "1", "-S", "-p", "1", "127.0.0.1"] },
        "istio" => new RunRequest { Argv = ["iptables-legacy", "-w", "-t", "nat", "-S"] },
        "strace" => new AttachRequest { Tool = AttachTool.Strace },
        "gdb" => new AttachRequest { Tool = AttachTool.Gdb, Arguments = ["-batch", "-ex", "break work", "-ex", "continue", "-ex", "bt", "-ex", "delete"] },
        "capture" => new CaptureRequest { SnapLength = 100, BufferBytes = 1 << 20, KubeletPort = 10250 },
        _ => new ReadFileRequest { Path = "/data/secret" },
    };

    private static async Task<string?> JudgeAsync(string command, AgentSession session)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        if (command is "strace" or "capture")
        {
            enough.CancelAfter(TimeSpan.FromSeconds(2));
        }
        else if (command is "gdb")
        {
            // Where it may not stop the other threads of one that has come to a breakpoint it waits for ever.
            enough.CancelAfter(TimeSpan.FromSeconds(20));
        }

        var (output, error) = (new MemoryStream(), new MemoryStream());
        var end = await ToolRun.ToEndAsync(session, new ToolSink(output.WriteAsync, error.WriteAsync), TimeSpan.FromSeconds(10), enough.Token);
        var (said, complained) = (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
        var works = command switch
        {
            "pids" or "capture" => true,
            "fs" => said == Secret,
            "gdb" => end.ExitCode == 0 && !complained.Contains("not permitted", StringComparison.Ordinal) && said.Contains("in worker (", StringComparison.Ordinal) && !enough.IsCancellationRequested,
            "strace" => !complained.Contains("not permitted", StringComparison.Ordinal),
            _ => end.ExitCode == 0,
        };
        return works ? null : string.Create(CultureInfo.InvariantCulture, $"exit code {end.ExitCode}: {said}{complained}");
    }

    // Of a user that is not root. One with a file of its own, and for a debugger one of several threads, which are stopped by signals.
    private async Task MakeTargetAsync(string name, string command)
    {
        var (image, argv) = command is "gdb" or "strace"
            ? ("endoscope-lab/worker:1", """["/dynamic/worker","threads","4"]""")
            : ("endoscope-lab/busybox:1", $"""["/bin/sh","-c","umask 077; echo {Secret.TrimEnd()} > /data/secret; while true; do sleep 1; done"]""");
        await Cluster.KubectlAsync(
            "run", name, "-n", cluster.Namespace, $"--image={image}", "--restart=Never",
            "--overrides=" + $$$"""
            {"spec":{"terminationGracePeriodSeconds":1,"volumes":[{"name":"data","emptyDir":{}}],"containers":[{"name":"app","image":"{{{image}}}","imagePullPolicy":"IfNotPresent",
            "command":{{{argv}}},"volumeMounts":[{"name":"data","mountPath":"/data"}],"securityContext":{"runAsUser":1234,"runAsNonRoot":true}}]}}
            """);
        await Cluster.KubectlAsync("wait", "-n", cluster.Namespace, "--for=condition=Ready", "--timeout=60s", $"pod/{name}");
    }

    /// <summary>An ephemeral container with just these capabilities, whatever is needed.</summary>
    private sealed class AddedContainer(IClusterApi api, string[] capabilities) : IAccess
    {
        public void Prepare(string ns, string pod, CancellationToken cancellationToken)
        {
        }

        public Task<AgentPlace?> FindAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken) => Task.FromResult<AgentPlace?>(null);

        public Task<Exception?> RefusalAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken) => Task.FromResult<Exception?>(null);

        public async Task<AgentPlace> CreateAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
        {
            var pod = await api.ReadPodAsync(target.Namespace, target.Pod, cancellationToken);
            var options = new DebugPodOptions { Image = Environment.GetEnvironmentVariable("SCOPE_IMAGE") ?? "agilicus/endoscope:0.1.0" };
            var container = EphemeralPlan.Container(pod, target, EphemeralPlan.NameFor(Guid.NewGuid()), needs, options, null);
            container.SecurityContext.Capabilities.Add = capabilities;
            await api.AddEphemeralContainerAsync(target.Namespace, target.Pod, target.Uid, container, dryRun: false, cancellationToken);
            await foreach (var change in api.WatchPodsAsync(target.Namespace, null, $"metadata.name={target.Pod}", cancellationToken))
            {
                if (change.Pod is { } now && EphemeralFit.IsRunning(now, container.Name))
                {
                    break;
                }
            }

            return new AgentPlace(target.Namespace, target.Pod, target.Uid, container.Name, Reused: false) { IsInPod = true };
        }

        public Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken) =>
            new EphemeralAccess(api, new DebugPodOptions { Image = "" }, null, TimeProvider.System, _ => { }).RemoveAsync(place, cancellationToken);
    }
}

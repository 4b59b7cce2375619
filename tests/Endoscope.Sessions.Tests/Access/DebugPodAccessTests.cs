using System.Diagnostics;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>Getting a debug pod to run, and what is left when that does not work, against an API server in the test's process.</summary>
public sealed class DebugPodAccessTests : IAsyncLifetime
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };
    private TestApiServer server = null!;
    private Cluster cluster = null!;
    private Target target = null!;
    private readonly List<string> warnings = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await TestApiServer.StartAsync();
        server.Objects["/api/v1/nodes/node-1"] = Node("True");
        target = TargetPlan.Resolve(server.Pods.AddRunning("shop", "web"), null, anyContainerWillDo: false);
        var environment = ConnectionEnvironment.Current with { Variable = _ => null };
        cluster = Cluster.Connect(new ConnectionOptions { Kubeconfig = server.WriteKubeconfig() }, environment);
    }

    public async ValueTask DisposeAsync()
    {
        cluster.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task CreatesOneAndUsesItAgain()
    {
        var first = await EnsureAsync();
        var second = await EnsureAsync();

        Assert.Equal("debug-web", first.Pod);
        Assert.Equal(first with { Reused = true }, second);
        Assert.Single(server.Requests, request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TakesAnotherNameWhereTheFirstIsSomebodyElses()
    {
        server.Pods.AddRunning("shop", "debug-web");

        var place = await EnsureAsync();

        Assert.Matches("^debug-web-[0-9a-f]{5}$", place.Pod);
        Assert.NotNull(server.Pods.Find("shop", "debug-web"));
    }

    public static TheoryData<string> Unusable => [.. UnusableMakers.Keys];

    private static readonly Dictionary<string, Action<V1Pod>> UnusableMakers = new()
    {
        ["forged: our labels on a pod of another kind"] = pod => pod.Spec.Containers[0].Command = ["sleep", "1000"],
        ["altered: another image"] = pod => pod.Spec.Containers[0].Image = "evil:1",
        ["altered: fewer rights"] = pod => pod.Spec.Containers[0].SecurityContext.Capabilities.Add = [],
        ["foreign: of an earlier target of that name"] = pod => pod.Metadata.Annotations["endoscope/target-uid"] = "older",
        ["foreign: on another node"] = pod => pod.Spec.NodeName = "node-2",
        ["foreign: made with other settings"] = pod => pod.Metadata.Annotations["endoscope/settings"] = "0123456789abcdef0123456789abcdef",
        ["expiring: past its deadline in a minute"] = pod => pod.Status.StartTime = DateTime.UtcNow.AddMinutes(-59),
        ["expiring: being deleted"] = pod => pod.Metadata.DeletionTimestamp = DateTime.UtcNow,
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task LeavesAloneADebugPodThatCannotBeUsedAndMakesItsOwn(string how)
    {
        await EnsureAsync();
        var other = server.Pods.Find("shop", "debug-web")!;
        UnusableMakers[how](other);
        server.Pods.Put(other);

        var place = await EnsureAsync();

        Assert.Matches("^debug-web-[0-9a-f]{5}$", place.Pod);
        Assert.False(place.Reused);
        Assert.NotNull(server.Pods.Find("shop", "debug-web"));
        Assert.DoesNotContain(server.Requests, request => request.Method == "DELETE");
    }

    [Fact]
    public async Task WorksForManyAtOnceOnOneTarget()
    {
        var places = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnsureAsync()));

        // One that comes a little later may find another's, running.
        Assert.All(places, place => Assert.Equal(place.Uid, server.Pods.Find("shop", place.Pod)?.Uid()));
        Assert.All(places.Where(place => !place.Reused).CountBy(place => place.Pod), pod => Assert.Equal(1, pod.Value));
    }

    [Fact]
    public async Task SweepsItsFinishedPredecessorAndTakesItsName()
    {
        await EnsureAsync();
        var old = server.Pods.Find("shop", "debug-web")!;
        old.Status.Phase = "Succeeded";
        server.Pods.Put(old);

        var place = await EnsureAsync();

        Assert.Equal("debug-web", place.Pod);
        Assert.NotEqual(old.Uid(), place.Uid);
    }

    [Fact]
    public async Task WorksBesideWhatHasEndedWhereItMayNotBeRemoved()
    {
        await EnsureAsync();
        var old = server.Pods.Find("shop", "debug-web")!;
        old.Status.Phase = "Succeeded";
        server.Pods.Put(old);
        server.Answer(request => request.Method == "DELETE" ? new ScriptedAnswer(403, """{"kind":"Status","status":"Failure","reason":"Forbidden","code":403}""") : null);

        var place = await EnsureAsync();

        Assert.Matches("^debug-web-[0-9a-f]{5}$", place.Pod);
        Assert.NotNull(server.Pods.Find("shop", "debug-web"));
    }

    [Theory]
    [InlineData("ErrImagePull", "--image")]
    [InlineData("ImagePullBackOff", "--image")]
    [InlineData("ErrImageNeverPull", "may not be pulled")]
    [InlineData("InvalidImageName", "not a valid image name")]
    [InlineData("CreateContainerConfigError", "--dry-run")]
    public async Task SaysWhyItCannotRunAndRemovesIt(string reason, string hint)
    {
        server.Pods.OnCreated = (pods, pod) => pods.Put(Waiting(pod, reason));

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Equal($"the debug pod debug-web cannot run: {reason}: because", refusal.Message);
        Assert.Contains(hint, refusal.Hint);
        Assert.Null(server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task SaysThatTheNodeHasNoRoom()
    {
        server.Pods.OnCreated = (pods, pod) =>
        {
            pod.Status = new V1PodStatus { Phase = "Failed", Reason = "OutOfpods", Message = "Node didn't have enough resource: pods" };
            pods.Put(pod);
        };

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("OutOfpods", refusal.Message);
        Assert.Equal("node node-1 has no room for one more pod", refusal.Hint);
        Assert.Null(server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task GivesUpAfterItsTimeAndTellsTheLastEvent()
    {
        server.Pods.OnCreated = (_, _) => { };
        server.Objects["/api/v1/namespaces/shop/events"] =
            """{"kind":"EventList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"e"},"involvedObject":{},"type":"Warning","reason":"FailedMount","message":"no such volume","lastTimestamp":"2026-01-01T00:00:00Z"}]}""";
        var clock = Stopwatch.StartNew();

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(Options with { StartTimeout = TimeSpan.FromSeconds(1) }));

        Assert.Equal("the debug pod debug-web did not run within 1 s: FailedMount: no such volume", refusal.Message);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"took {clock.Elapsed}");
        Assert.Null(server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task RemovesWhatItCreatedWhenInterrupted()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        server.Pods.OnCreated = (_, _) => stop.CancelAfter(200);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ((IAccess)Access(Options)).EnsureAsync(target, AccessNeeds.Network, stop.Token));

        Assert.Null(server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task KeepsTheReasonAndWarnsWhereItCannotRemoveWhatItCreated()
    {
        server.Pods.OnCreated = (pods, pod) => pods.Put(Waiting(pod, "ErrImagePull"));
        server.Answer(request => request.Method == "DELETE" ? ScriptedAnswer.Failure(403, "Forbidden", "no") : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("ErrImagePull", refusal.Message);
        Assert.StartsWith("debug pod debug-web is left behind (", Assert.Single(warnings));
    }

    [Theory]
    [InlineData(true, "regcred")]
    [InlineData(false, null)]
    public async Task NamesThePullSecretOnlyWhereItExists(bool exists, string? named)
    {
        if (exists)
        {
            server.Objects["/api/v1/namespaces/shop/secrets/regcred"] = """{"kind":"Secret","apiVersion":"v1","metadata":{"name":"regcred"}}""";
        }

        var place = await EnsureAsync();

        Assert.Equal(named, server.Pods.Find("shop", place.Pod)!.Spec.ImagePullSecrets?.Single().Name);
    }

    [Fact]
    public async Task NamesThePullSecretWhereItCannotBeKnown()
    {
        server.Answer(request => request.Path.Contains("/secrets", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", "no") : null);

        var place = await EnsureAsync();

        Assert.Equal("regcred", server.Pods.Find("shop", place.Pod)!.Spec.ImagePullSecrets.Single().Name);
    }

    [Fact]
    public async Task CreatesNothingOnANodeThatIsNotReady()
    {
        server.Objects["/api/v1/nodes/node-1"] = Node("Unknown");

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("is not ready (KubeletGone: it stopped posting status)", refusal.Message);
        Assert.DoesNotContain(server.Requests, request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaysThatTheNodeIsGone()
    {
        server.Objects.Clear();

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Equal("node node-1 of pod web is gone", refusal.Message);
        Assert.DoesNotContain(server.Requests, request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaysWhichQuotaIsInTheWay()
    {
        server.Answer(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"debug-web\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=4, limited: pods=4")
            : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("exceeded quota: few, requested: pods=1, used: pods=4, limited: pods=4", refusal.Message);
        Assert.Null(server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task AsksNoNodeThatTheUserMayNotSee()
    {
        server.Answer(request => request.Path.Contains("/nodes/", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", "no") : null);

        Assert.Equal("debug-web", (await EnsureAsync()).Pod);
    }

    [Fact]
    public async Task SaysThatASandboxHidesItsProcessesFromTheNode()
    {
        target = target with { SandboxedRuntime = "kata-qemu" };

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("sandboxed runtime 'kata-qemu'", refusal.Message);
        Assert.Contains("--mode ephemeral", refusal.Hint);
    }

    [Fact]
    public async Task NamesTheRuleOfPodSecurityAndTheWaysOut()
    {
        server.Answer(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"debug-web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)")
            : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.Contains("host namespaces (hostPID=true)", refusal.Message);
        Assert.Contains("--mode ephemeral", refusal.Hint);
        Assert.Contains("--debug-namespace", refusal.Hint);
    }

    private Task<AgentPlace> EnsureAsync() => EnsureAsync(Options);

    private Task<AgentPlace> EnsureAsync(DebugPodOptions options) => ((IAccess)Access(options)).EnsureAsync(target, AccessNeeds.Network, Token);

    private DebugPodAccess Access(DebugPodOptions options) => new(cluster.Api, options, TimeProvider.System, warnings.Add);

    private static string Node(string ready) =>
        $$$"""{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"},"status":{"conditions":[{"type":"Ready","status":"{{{ready}}}","reason":"KubeletGone","message":"it stopped posting status"}]}}""";

    private static V1Pod Waiting(V1Pod pod, string reason)
    {
        pod.Status = new V1PodStatus
        {
            Phase = "Pending",
            ContainerStatuses =
            [
                new V1ContainerStatus
                {
                    Name = DebugPodPlan.ContainerName,
                    Image = "",
                    ImageID = "",
                    State = new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = "because" } },
                },
            ],
        };
        return pod;
    }
}

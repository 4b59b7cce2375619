using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>Getting an ephemeral container to run, against an API server in the test's process.</summary>
public sealed class EphemeralAccessTests : IAsyncLifetime
{
    private static readonly DebugPodOptions Options = new() { Image = "endoscope:1" };
    private TestApiServer server = null!;
    private Cluster cluster = null!;
    private V1Pod pod = null!;
    private Target target = null!;
    private readonly List<string> told = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await TestApiServer.StartAsync();
        pod = server.Pods.AddRunning("shop", "web", "node-1", "app", "sidecar");
        target = TargetPlan.Resolve(pod, null, anyContainerWillDo: false);
        cluster = Cluster.Connect(new ConnectionOptions { Kubeconfig = server.WriteKubeconfig() }, ConnectionEnvironment.Current with { Variable = _ => null });
    }

    public async ValueTask DisposeAsync()
    {
        cluster.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task AddsOneSaysThatItStaysAndUsesItAgain()
    {
        var first = await EnsureAsync(AccessNeeds.Network);
        var second = await EnsureAsync(AccessNeeds.Network);

        Assert.Matches("^endoscope-[0-9a-f]{5}$", first.Container);
        Assert.Equal(("shop", "web", true), (first.Namespace, first.Pod, first.IsInPod));
        Assert.Equal(first with { Reused = true }, second);
        Assert.Equal(
            $"ephemeral container {first.Container} is added to pod web: it stays in the pod's spec until the pod ends; its process ends 10 min after the last command",
            Assert.Single(told));
        var patch = Assert.Single(server.Requests, request => request.Method == "PATCH");
        Assert.Equal("/api/v1/namespaces/shop/pods/web/ephemeralcontainers", patch.Target);
        Assert.Equal("application/strategic-merge-patch+json", patch.Header("Content-Type"));
    }

    [Fact]
    public async Task UsesOneThatMayDoMore()
    {
        var all = await EnsureAsync(AccessNeeds.Everything);

        Assert.Equal(all.Container, (await EnsureAsync(AccessNeeds.Network)).Container);
        Assert.Equal(all.Container, (await EnsureAsync(AccessNeeds.Trace)).Container);
    }

    [Theory]
    [InlineData("rights")]
    [InlineData("target")]
    [InlineData("image")]
    [InlineData("profile")]
    [InlineData("ended")]
    public async Task AddsAnotherWhereTheOneThereDoesNotFit(string difference)
    {
        var first = await EnsureAsync(AccessNeeds.Network);
        if (difference == "ended")
        {
            server.Pods.SetEphemeral(pod, new V1ContainerState { Terminated = new V1ContainerStateTerminated { ExitCode = 0 } });
        }

        target = difference == "target" ? TargetPlan.Resolve(pod, "sidecar", anyContainerWillDo: false) : target;
        var needs = difference == "rights" ? AccessNeeds.Trace : AccessNeeds.Network;
        IAccess access = new EphemeralAccess(
            cluster.Api, difference == "image" ? Options with { Image = "endoscope:2" } : Options,
            difference == "profile" ? EphemeralProfile.NetAdmin : null, TimeProvider.System, told.Add);
        var second = await access.EnsureAsync(target, needs, Token);

        Assert.NotEqual(first.Container, second.Container);
        Assert.Equal(2, pod.Spec.EphemeralContainers.Count);
    }

    [Fact]
    public async Task DoesNotGiveTwiceWhatDidNotAnswer()
    {
        IAccess access = Access();
        var first = await access.EnsureAsync(target, AccessNeeds.Network, Token);

        // As a command does whose session did not open: the kubelet has not told yet that the container has ended.
        var second = await access.EnsureAsync(target, AccessNeeds.Network, Token);

        Assert.NotEqual(first.Container, second.Container);
    }

    [Theory]
    [InlineData("ErrImagePull", "the pod's own pull secrets")]
    [InlineData("ErrImageNeverPull", "may not be pulled")]
    [InlineData("CreateContainerError", "--container names another")]
    public async Task SaysWhyItCannotRun(string reason, string hint)
    {
        server.Pods.OnEphemeralAdded = (pods, one) => pods.SetEphemeral(
            one, new V1ContainerState { Waiting = new V1ContainerStateWaiting { Reason = reason, Message = "because" } });

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network));

        Assert.Matches($"^the ephemeral container endoscope-[0-9a-f]{{5}} cannot run: {reason}: because$", refusal.Message);
        Assert.Contains(hint, refusal.Hint);
    }

    [Fact]
    public async Task GivesUpAfterItsTime()
    {
        server.Pods.OnEphemeralAdded = (_, _) => { };
        IAccess access = new EphemeralAccess(cluster.Api, Options with { StartTimeout = TimeSpan.FromSeconds(1) }, null, TimeProvider.System, told.Add);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => access.EnsureAsync(target, AccessNeeds.Network, Token));

        Assert.EndsWith("did not run within 1 s", refusal.Message);
        Assert.Contains("virtual nodes", refusal.Hint);
    }

    [Fact]
    public async Task SaysThatTheServerIsTooOld()
    {
        server.Objects["/version"] = """{"gitVersion":"v1.20.2"}""";
        server.Answer(request => request.Method == "PATCH" ? ScriptedAnswer.Failure(404, "NotFound", "the server could not find the requested resource") : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network));

        Assert.Equal("this API server (v1.20.2) has no ephemeral containers: they need Kubernetes 1.25", refusal.Message);
        Assert.Contains("--mode pod", refusal.Hint);
    }

    [Fact]
    public async Task NamesTheRightThatIsMissing()
    {
        server.Answer(request => request.Method == "PATCH"
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"web\" is forbidden: User \"jane\" cannot patch resource \"pods/ephemeralcontainers\" in API group \"\" in the namespace \"shop\"")
            : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network));

        Assert.Contains("cannot patch resource \"pods/ephemeralcontainers\"", refusal.Message);
    }

    [Fact]
    public async Task NamesTheRuleOfPodSecurityAndTheWaysOut()
    {
        server.Answer(request => request.Method == "PATCH"
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": non-default capabilities")
            : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network));

        Assert.StartsWith("Pod Security of namespace shop refuses the ephemeral container: ", refusal.Message);
        Assert.Contains("baseline:latest\": non-default capabilities", refusal.Message);
        Assert.DoesNotContain("not allowed to", refusal.Message);
        Assert.Contains("--profile baseline", refusal.Hint);
        Assert.Contains("--debug-namespace", refusal.Hint);
    }

    [Fact]
    public async Task SaysThatNothingCanBeAddedToAStaticPod()
    {
        pod.Metadata.Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "0" };
        server.Pods.Put(pod);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network));

        Assert.Contains("is a static pod of node node-1", refusal.Message);
        Assert.DoesNotContain(server.Requests, request => request.Method == "PATCH");
    }

    [Fact]
    public async Task DoesNotEnterAnotherPodOfTheName()
    {
        target = target with { Uid = "another" };

        Assert.Contains("replaced", (await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Network))).Message);
        Assert.DoesNotContain(server.Requests, request => request.Method == "PATCH");
    }

    [Fact]
    public async Task SaysWhatOnlyTheNodeCanTell()
    {
        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.NodeFiles));

        Assert.Contains("directories of node node-1", refusal.Message);
        Assert.Equal("--mode pod sees them", refusal.Hint);
    }

    [Fact]
    public async Task EndsTheProcessWhereItCannotRemoveTheContainer()
    {
        var commands = new List<string>();
        server.OnExec(async (call, _) =>
        {
            commands.Add(string.Join(' ', call.Command));
            await call.ExitAsync(0);
        });
        var place = await EnsureAsync(AccessNeeds.Network);

        await Access().RemoveAsync(place, Token);

        Assert.Equal("/usr/bin/endoscope-agent end", Assert.Single(commands));
    }

    private EphemeralAccess Access() => new(cluster.Api, Options, null, TimeProvider.System, told.Add);

    private Task<AgentPlace> EnsureAsync(AccessNeeds needs) => ((IAccess)Access()).EnsureAsync(target, needs, Token);
}

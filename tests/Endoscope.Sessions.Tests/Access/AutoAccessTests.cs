using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Sessions.Tests.Access;

/// <summary>Which way in is chosen, against an API server in the test's process.</summary>
public sealed class AutoAccessTests : IAsyncLifetime
{
    private const string HostNamespaces = "pods \"debug-web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)";
    private const string Capabilities = "pods \"web\" is forbidden: violates PodSecurity \"baseline:latest\": non-default capabilities";

    private TestApiServer server = null!;
    private Cluster cluster = null!;
    private Target target = null!;
    private readonly List<string> told = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await TestApiServer.StartAsync();
        server.Objects["/api/v1/nodes/node-1"] =
            """{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"},"status":{"conditions":[{"type":"Ready","status":"True"}]}}""";
        target = TargetPlan.Resolve(server.Pods.AddRunning("shop", "web"), null, anyContainerWillDo: false);
        cluster = Cluster.Connect(new ConnectionOptions { Kubeconfig = server.WriteKubeconfig() }, ConnectionEnvironment.Current with { Variable = _ => null });
    }

    public async ValueTask DisposeAsync()
    {
        cluster.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task PrefersADebugPod()
    {
        var place = await EnsureAsync();

        Assert.False(place.IsInPod);
        Assert.Equal("using a debug pod, which the cluster allows", Assert.Single(told));
    }

    [Fact]
    public async Task TakesAnEphemeralContainerWhereDebugPodsAreRefusedAndSaysWhy()
    {
        Refuse("POST", HostNamespaces);

        var place = await EnsureAsync();

        Assert.True(place.IsInPod);
        Assert.StartsWith("using an ephemeral container, since: Pod Security of namespace shop refuses the debug pod: ", told[0]);
        Assert.Contains("host namespaces (hostPID=true)", told[0]);
    }

    [Fact]
    public async Task TakesWhatBaselineAdmitsWhereTheCapabilitiesAreRefused()
    {
        Refuse("POST", HostNamespaces);
        server.Answer(request => request.Method == "PATCH" && request.BodyText.Contains("NET_RAW", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", Capabilities)
            : null);

        var place = await EnsureAsync();

        Assert.True(place.IsInPod);
        Assert.StartsWith("using an ephemeral container of the profile baseline, since: ", told[0]);
        Assert.Null(server.Pods.Find("shop", "web")!.Spec.EphemeralContainers.Single().SecurityContext.Capabilities);
    }

    [Fact]
    public async Task LeavesNothingThatTheCommandCouldNotWorkWith()
    {
        Refuse("POST", HostNamespaces);
        server.Answer(request => request.Method == "PATCH" && request.BodyText.Contains("SYS_PTRACE", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", Capabilities)
            : null);

        var refusal = await Assert.ThrowsAsync<SessionException>(() => EnsureAsync(AccessNeeds.Trace));

        Assert.Contains("the profile baseline does not give SYS_PTRACE", refusal.Message);
        Assert.Null(server.Pods.Find("shop", "web")!.Spec.EphemeralContainers);
    }

    [Fact]
    public async Task SaysEachRefusalWhereThereIsNoWay()
    {
        Refuse("POST", HostNamespaces);
        Refuse("PATCH", Capabilities);

        var refusal = await Assert.ThrowsAsync<SessionException>(EnsureAsync);

        Assert.StartsWith("there is no way beside pod web: ", refusal.Message);
        Assert.Contains("hostPID=true", refusal.Message);
        Assert.Contains("non-default capabilities", refusal.Message);
        Assert.DoesNotContain(server.Requests, request => request.Method is "POST" or "PATCH" && !request.Target.EndsWith("dryRun=All", StringComparison.Ordinal)
            && request.Path.Contains("/pods", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LooksIntoASandboxFromWithin()
    {
        target = target with { SandboxedRuntime = "gvisor" };

        Assert.True((await EnsureAsync()).IsInPod);
        Assert.Contains("sandboxed runtime 'gvisor'", told[0]);
    }

    [Fact]
    public async Task AsksForNoMoreThanADebugPodWouldWhereOneWaits()
    {
        await EnsureAsync();
        var before = server.Requests.Count;

        var place = await EnsureAsync();

        Assert.True(place.Reused);
        Assert.Single(server.Requests.Skip(before));
    }

    private void Refuse(string method, string message) => server.Answer(request =>
        request.Method == method && request.Path.Contains("/pods", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", message) : null);

    private Task<AgentPlace> EnsureAsync() => EnsureAsync(AccessNeeds.Network);

    private Task<AgentPlace> EnsureAsync(AccessNeeds needs) =>
        AccessModes.Open(AccessMode.Auto, cluster.Api, new DebugPodOptions { Image = "endoscope:1" }, null, TimeProvider.System, told.Add)
            .EnsureAsync(target, needs, Token);
}

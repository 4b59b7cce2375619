using System.Net;
using System.Text.Json;
using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Kubernetes.Tests.Rest;

public class RestTests
{
    [Fact]
    public async Task CreatesAPodWithAllThatWasAskedFor()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        var pod = new V1Pod
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta { NamespaceProperty = "default", Name = "debug-web", Labels = new Dictionary<string, string> { ["a.b/c"] = "d" } },
            Spec = new V1PodSpec
            {
                HostPID = true,
                ActiveDeadlineSeconds = 3600,
                AutomountServiceAccountToken = false,
                Containers =
                [
                    new V1Container
                    {
                        Name = "endoscope",
                        Resources = new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("256Mi") } },
                        SecurityContext = new V1SecurityContext { Capabilities = new V1Capabilities { Drop = ["ALL"], Add = ["SYS_ADMIN"] } },
                        ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Port = 8080 } },
                    },
                ],
            },
        };

        var created = await cluster.Api.CreatePodAsync(pod, dryRun: false, Connecting.Cancelled);

        Assert.NotNull(created.Metadata.Uid);
        using var sent = JsonDocument.Parse(server.Requests[^1].Body);
        Assert.Equal(
            """{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"a.b/c":"d"},"name":"debug-web","namespace":"default"},"spec":{"activeDeadlineSeconds":3600,"automountServiceAccountToken":false,"containers":[{"name":"endoscope","readinessProbe":{"httpGet":{"port":8080}},"resources":{"limits":{"memory":"256Mi"}},"securityContext":{"capabilities":{"add":["SYS_ADMIN"],"drop":["ALL"]}}}],"hostPID":true}}""",
            JsonSerializer.Serialize(sent));
        Assert.Equal("/api/v1/namespaces/default/pods", server.Requests[^1].Target);
    }

    [Fact]
    public async Task OnlyChecksInADryRun()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();

        await cluster.Api.CreatePodAsync(
            new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "default", Name = "x" } }, dryRun: true, Connecting.Cancelled);

        Assert.Null(server.Pods.Find("default", "x"));
        Assert.EndsWith("?dryRun=All", server.Requests[^1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeletesOnlyThePodWithTheUid()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        var uid = server.Pods.AddRunning("default", "web").Metadata.Uid;

        Assert.False(await cluster.Api.DeletePodAsync("default", "web", "another", null, Connecting.Cancelled));
        Assert.NotNull(server.Pods.Find("default", "web"));
        Assert.True(await cluster.Api.DeletePodAsync("default", "web", uid, TimeSpan.FromSeconds(1), Connecting.Cancelled));
        Assert.Contains("\"gracePeriodSeconds\":1", server.Requests[^1].BodyText, StringComparison.Ordinal);
        Assert.False(await cluster.Api.DeletePodAsync("default", "web", uid, null, Connecting.Cancelled));
    }

    [Fact]
    public async Task FollowsThePagesOfAList()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Answer(request => request.Target.Contains("continue=next%2B", StringComparison.Ordinal)
            ? new ScriptedAnswer(200, """{"metadata":{"resourceVersion":"9"},"items":[{"metadata":{"name":"b"}}]}""")
            : new ScriptedAnswer(200, """{"metadata":{"resourceVersion":"9","continue":"next+"},"items":[{"metadata":{"name":"a"}}]}"""));

        var list = await cluster.Api.ListPodsAsync(null, "app in (x,y)", "spec.nodeName=n", Connecting.Cancelled);

        Assert.Equal(["a", "b"], list.Items.Select(pod => pod.Metadata.Name));
        Assert.StartsWith("/api/v1/pods?labelSelector=app%20in%20%28x%2Cy%29&fieldSelector=spec.nodeName%3Dn&limit=", server.Requests[0].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListsInOnePieceWhereAPageHasExpired()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Answer(request => request.Target switch
        {
            var target when target.Contains("continue=", StringComparison.Ordinal) => ScriptedAnswer.Failure(410, "Expired", "too old"),
            var target when target.Contains("limit=", StringComparison.Ordinal)
                => new ScriptedAnswer(200, """{"metadata":{"continue":"next"},"items":[{"metadata":{"name":"old"}}]}"""),
            _ => new ScriptedAnswer(200, """{"metadata":{},"items":[{"metadata":{"name":"new"}}]}"""),
        });

        var list = await cluster.Api.ListPodsAsync("default", null, null, Connecting.Cancelled);

        Assert.Equal(["new"], list.Items.Select(pod => pod.Metadata.Name));
    }

    [Fact]
    public async Task LearnsOfASecretWithoutReadingIt()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Objects["/api/v1/namespaces/default/secrets/there"] = "{}";
        server.Answer(request => request.Path.EndsWith("/hidden", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "secrets is forbidden: User \"u\" cannot get resource \"secrets\"")
            : null);

        Assert.True(await cluster.Api.SecretExistsAsync("default", "there", Connecting.Cancelled));
        Assert.False(await cluster.Api.SecretExistsAsync("default", "absent", Connecting.Cancelled));
        Assert.Null(await cluster.Api.SecretExistsAsync("default", "hidden", Connecting.Cancelled));
        Assert.All(server.Requests, request => Assert.Contains("as=PartialObjectMetadata", request.Header("Accept"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task SortsEventsByTheirTime()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Objects["/api/v1/namespaces/default/events"] = """
            {"items":[
              {"metadata":{"name":"c"},"reason":"C","lastTimestamp":null,"eventTime":"2026-01-01T00:00:03.123456Z"},
              {"metadata":{"name":"a"},"reason":"A","lastTimestamp":"2026-01-01T00:00:01Z","eventTime":null},
              {"metadata":{"name":"b"},"reason":"B","lastTimestamp":null,"firstTimestamp":"2026-01-01T00:00:02Z"}]}
            """;

        var events = await cluster.Api.ListEventsAsync("default", "u-1", Connecting.Cancelled);

        Assert.Equal(["A", "B", "C"], events.Select(item => item.Reason));
        Assert.Contains("fieldSelector=involvedObject.uid%3Du-1", server.Requests[0].Target, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deployment", "/apis/apps/v1/namespaces/default/deployments/web", """{"matchLabels":{"b":"2","a":"1"},"matchExpressions":[{"key":"c","operator":"In","values":["x","y"]},{"key":"d","operator":"Exists"},{"key":"e","operator":"DoesNotExist"},{"key":"f","operator":"NotIn","values":["z"]}]}""", "a=1,b=2,c in (x,y),d,!e,f notin (z)")]
    [InlineData("job", "/apis/batch/v1/namespaces/default/jobs/web", """{"matchLabels":{"job":"web"}}""", "job=web")]
    [InlineData("service", "/api/v1/namespaces/default/services/web", """{"app":"web"}""", "app=web")]
    public async Task ReadsTheSelectorOfAWorkload(string kind, string path, string selector, string expected)
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Objects[path] = $$$"""{"spec":{"selector":{{{selector}}}}}""";

        Assert.Equal(expected, await cluster.Api.ReadPodSelectorAsync("default", kind, "web", Connecting.Cancelled));
    }

    [Theory]
    [InlineData("""{"spec":{"selector":{}}}""")]
    [InlineData("""{"spec":{"selector":null}}""")]
    [InlineData("""{"spec":{}}""")]
    public async Task NeverTakesAWorkloadWithoutASelectorForAllPods(string service)
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Objects["/api/v1/namespaces/default/services/web"] = service;

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodSelectorAsync("default", "service", "web", Connecting.Cancelled));
        Assert.Contains("has no selector", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamesTheMissingPermission()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        const string Message = "pods \"web\" is forbidden: User \"jane\" cannot get resource \"pods\" in API group \"\" in the namespace \"prod\"";
        server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", Message));

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.ReadPodAsync("prod", "web", Connecting.Cancelled));

        Assert.Equal((HttpStatusCode.Forbidden, "Forbidden", Message), (e.Code, e.Reason, e.Message));
        Assert.Equal("the permission 'get pods' is missing: kubectl auth can-i get pods -n prod", e.Hint);
    }

    [Fact]
    public async Task DoesNotTakeAnAdmissionsRefusalForAMissingPermission()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        const string Message = "pods \"debug-web\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)";
        server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", Message));

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.CreatePodAsync(
            new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "prod", Name = "debug-web" } }, true, Connecting.Cancelled));

        Assert.Equal((Message, null), (e.Message, e.Hint));
    }

    [Fact]
    public async Task PassesOnWhatTheServerSays()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.ReadPodAsync("default", "nope", Connecting.Cancelled));

        Assert.Equal((HttpStatusCode.NotFound, "NotFound", "pods \"nope\" not found"), (e.Code, e.Reason, e.Message));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task AsksAgainWhereTheServerIsBusy(int status)
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Pods.AddRunning("default", "web");
        var refusals = 2;
        server.Answer(_ => refusals-- > 0 ? ScriptedAnswer.Failure(status, "Busy", "later", ("Retry-After", "0")) : null);

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task GivesUpOnAServerThatStaysBusy()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Answer(_ => ScriptedAnswer.Failure(503, "ServiceUnavailable", "not today", ("Retry-After", "0")));

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Equal("not today", e.Message);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task NeverRepeatsACreationThatMayHaveHappened()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Answer(_ => ScriptedAnswer.Failure(500, "InternalError", "who knows", ("Retry-After", "0")));

        await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.CreatePodAsync(
            new V1Pod { Metadata = new V1ObjectMeta { NamespaceProperty = "prod", Name = "x" } }, false, Connecting.Cancelled));

        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task OpensAConnectionForEachOfTwoRequestsAtOnce()
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        server.Pods.AddRunning("default", "web");
        using var both = new Barrier(2);
        server.Answer(_ => both.SignalAndWait(TimeSpan.FromSeconds(20)) ? null : new ScriptedAnswer(500, "alone"));

        await Task.WhenAll(
            cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled), cluster.Api.ListPodsAsync("default", null, null, Connecting.Cancelled));

        Assert.Equal(2, server.Requests.Select(request => request.ConnectionId).Distinct().Count());
    }

    [Fact]
    public async Task ReachesAServerBehindAPathPrefix()
    {
        await using var server = await TestApiServer.StartAsync();
        server.Answer(request => request.Path.StartsWith("/k8s/clusters/c-1/api/v1/", StringComparison.Ordinal)
            ? new ScriptedAnswer(200, """{"metadata":{"name":"web"}}""") : null);
        using var cluster = Cluster.Connect(
            new() { Kubeconfig = server.WriteKubeconfig(), Server = new Uri(server.Address, "/k8s/clusters/c-1/").AbsoluteUri }, Connecting.Surroundings());

        Assert.Equal("web", (await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled)).Metadata.Name);
    }

    [Fact]
    public async Task SaysWhenNobodyListens()
    {
        var server = await TestApiServer.StartAsync();
        using var cluster = server.Connect();
        await server.DisposeAsync();

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.StartsWith($"cannot reach {server.Address.Authority}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("--context", e.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendsTheImpersonationOfTheKubeconfigOnRestAndExec()
    {
        await using var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        server.OnExec(async (call, token) => await call.Input.CopyToAsync(call.Output, token));
        using var cluster = server.Connect("token: t\nas: jörg\nas-uid: '7'\nas-groups: [admins, 'a, b', c]\nas-user-extra:\n  example.com/scope: [x, z]");

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await cluster.Api.CreatePodAsync(new() { Metadata = new() { Name = "new", NamespaceProperty = "default" } }, dryRun: true, Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("cat");
        var sent = new byte[100_000];
        Array.Fill(sent, (byte)1, 0, 50_000);
        await session.Input.WriteAsync(sent, Connecting.Cancelled);
        await session.Input.DisposeAsync();
        Assert.Equal(sent, await session.Output.ReadAllAsync());

        Assert.Equal(3, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Equal(
            ("j\u00f6rg", "7", "admins\na, b\nc", "x\nz"),
            (request.Header("Impersonate-User"), request.Header("Impersonate-Uid"), request.Header("Impersonate-Group"),
             request.Header("Impersonate-Extra-example.com%2Fscope"))));
    }

    [Fact]
    public async Task SendsTheImpersonationAlsoOnAConnectionWhoseUpgradeWasRefused()
    {
        await using var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        server.OnExec(async (call, token) => await call.Input.CopyToAsync(call.Output, token));
        var refusals = 1;
        server.Answer(request => request.Path.EndsWith("/exec", StringComparison.Ordinal) && refusals-- > 0 ? ScriptedAnswer.Failure(403, "Forbidden", "not you") : null);
        using var cluster = server.Connect("token: t\nas: jane\nas-groups: [admins, users]");

        await Assert.ThrowsAsync<ApiStatusException>(() => cluster.ExecAsync("cat"));
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("cat");
        byte[] sent = [1, 2, 1, 2];
        await session.Input.WriteAsync(sent, Connecting.Cancelled);
        await session.Input.DisposeAsync();
        Assert.Equal(sent, await session.Output.ReadAllAsync());

        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => request.ConnectionId).Distinct());
        Assert.All(server.Requests, request => Assert.Equal("admins\nusers", request.Header("Impersonate-Group")));
    }

    [Fact]
    public async Task LetsTheFlagsSayWhoToActAs()
    {
        await using var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        using var cluster = Cluster.Connect(
            new() { Kubeconfig = server.WriteKubeconfig("as: jane\nas-groups: [old]\nas-uid: kept"), As = "joe", AsGroups = ["a", "b"], AsUserExtra = [new("K", "1"), new("k", "2")] },
            Connecting.Surroundings());

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        var request = Assert.Single(server.Requests);
        Assert.Equal(
            ("joe", "kept", "a\nb", "1\n2"),
            (request.Header("Impersonate-User"), request.Header("Impersonate-Uid"), request.Header("Impersonate-Group"), request.Header("Impersonate-Extra-k")));
    }

    [Theory]
    [InlineData("a\r\nX-Other: b")]
    [InlineData("a\u0001\u0002X-Other: b")]
    public async Task SendsNoIdentityThatHoldsControlCharacters(string group)
    {
        await using var server = await TestApiServer.StartAsync();
        using var cluster = Cluster.Connect(new() { Kubeconfig = server.WriteKubeconfig(), As = "joe", AsGroups = [group] }, Connecting.Surroundings());

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains("holds control characters", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task SendsNoCredentialsInTheClear()
    {
        await using var server = await TestApiServer.StartAsync(plain: true);
        server.Pods.AddRunning("default", "web");
        using var cluster = server.Connect("token: secret\nas: jane");

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        var request = Assert.Single(server.Requests);
        Assert.Equal((null, "jane"), (request.Header("Authorization"), request.Header("Impersonate-User")));
    }

    [Fact]
    public async Task GivesUpARequestAfterItsTime()
    {
        await using var server = await TestApiServer.StartAsync();
        using var over = new SemaphoreSlim(0);
        server.Answer(_ =>
        {
            over.Wait(TimeSpan.FromSeconds(60));
            return null;
        });
        using var cluster = Cluster.Connect(
            new() { Kubeconfig = server.WriteKubeconfig(), RequestTimeout = TimeSpan.FromMilliseconds(300) }, Connecting.Surroundings());

        var e = await Assert.ThrowsAsync<ConnectionLostException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));
        over.Release(10);

        Assert.Equal(($"no answer from {server.Address.Authority} in time", "--request-timeout gives it longer"), (e.Message, e.Hint));
    }

    [Fact]
    public async Task SaysThatNoCertificateIsVerified()
    {
        await using var server = await TestApiServer.StartAsync();
        using var silent = server.Connect();
        using var loud = Cluster.Connect(new() { Kubeconfig = server.WriteKubeconfig(), SkipTlsVerify = true }, Connecting.Surroundings());

        Assert.Empty(silent.Warnings);
        Assert.Contains("is not verified (insecure-skip-tls-verify)", Assert.Single(loud.Warnings), StringComparison.Ordinal);
    }
}

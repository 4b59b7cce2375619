using System.Diagnostics;
using Endoscope.Kubernetes.Tests.Configuration;
using Endoscope.Testing.ApiServer;
using Microsoft.Extensions.Time.Testing;

namespace Endoscope.Kubernetes.Tests.Authentication;

public sealed class CredentialTests : IDisposable
{
    private const string Version = "client.authentication.k8s.io/v1";

    private readonly TempFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("token: abc", "Bearer abc")]
    [InlineData("username: jane\npassword: 's e:cret'", "Basic amFuZTpzIGU6Y3JldA==")]
    [InlineData("{}", null)]
    public async Task SendsWhatTheUserEntrySays(string user, string? expected)
    {
        await using var server = await StartAsync();
        using var cluster = server.Connect(user);

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("true");

        Assert.All(server.Requests, request => Assert.Equal(expected, request.Header("Authorization")));
    }

    [Fact]
    public async Task ReadsATokenFileAgainWhenItIsOldOrRefused()
    {
        var path = files.Write("token", "one\n");
        var time = new FakeTimeProvider();
        await using var server = await StartAsync();
        using var cluster = Connect(server, $"tokenFile: {path}\ntoken: ignored", time);

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        files.Write("token", "two");
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        time.Advance(TimeSpan.FromMinutes(2));
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        files.Write("token", "three");
        server.Answer(request => request.Header("Authorization") == "Bearer two" ? ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized") : null);
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal(["Bearer one", "Bearer one", "Bearer two", "Bearer two", "Bearer three"], server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task SaysThatCredentialsWereRefused()
    {
        await using var server = await StartAsync();
        using var cluster = server.Connect();
        server.Answer(_ => ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized"));

        var e = await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Equal("the server does not accept our credentials: Unauthorized", e.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("client.authentication.k8s.io/v1")]
    [InlineData("client.authentication.k8s.io/v1beta1")]
    public async Task RunsAPluginOnceForRequestsThatStartTogether(string version)
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin($$$"""
            echo run >> {{{files.Directory}}}/runs
            echo '{"kind":"ExecCredential","apiVersion":"{{{version}}}","status":{"token":"from-plugin"}}'
            """, version));

        await Task.WhenAll(
            cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled), cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));
        await using var session = await cluster.ExecAsync("true");

        Assert.Equal(["run"], File.ReadAllLines(Path.Combine(files.Directory, "runs")));
        Assert.All(server.Requests, request => Assert.Equal("Bearer from-plugin", request.Header("Authorization")));
    }

    [Fact]
    public async Task HandsAPluginItsArgumentsSurroundingsAndTheCluster()
    {
        await using var server = await StartAsync();
        using var cluster = Connect(
            server,
            Plugin($$$"""
                for a in "$@"; do printf '<%s>' "$a"; done > {{{files.Directory}}}/args
                printf %s "$GREETING" > {{{files.Directory}}}/env
                printf %s "$KUBERNETES_EXEC_INFO" > {{{files.Directory}}}/info
                wc -c > {{{files.Directory}}}/stdin
                echo '{"kind":"ExecCredential","apiVersion":"{{{Version}}}","status":{"token":"t"}}'
                """, more: "\n  args: ['a b', '', '$HOME \"x\"']\n  env: [{name: GREETING, value: 'good day'}]\n  provideClusterInfo: true"),
            cluster: "extensions:\n- name: client.authentication.k8s.io/exec\n  extension: {audience: scope, level: 3, on: true, id: '7', none: null, list: [1.5]}");

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal("<a b><><$HOME \"x\">", Read("args"));
        Assert.Equal("good day", Read("env"));
        Assert.Equal("0", Read("stdin").Trim());
        var authority = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(server.Certificates.AuthorityPem));
        Assert.Equal(
            $$$"""{"kind":"ExecCredential","apiVersion":"{{{Version}}}","spec":{"cluster":{"server":"{{{server.Address.GetLeftPart(UriPartial.Authority)}}}","certificate-authority-data":"{{{authority}}}","config":{"audience":"scope","level":3,"on":true,"id":"7","none":null,"list":[1.5]}},"interactive":false}}""",
            Read("info").Replace("\\u002B", "+", StringComparison.Ordinal));
    }

    [Fact]
    public async Task TakesAPluginsMegabyteOfOutput()
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin($$$"""
            printf '{"kind":"ExecCredential","apiVersion":"{{{Version}}}","spec":"'
            head -c 1000000 /dev/zero | tr '\0' x
            echo '","status":{"token":"big"}}'
            """));

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal("Bearer big", server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public async Task UsesAPluginsClientCertificate()
    {
        await using var server = await StartAsync();
        var (certificate, key) = server.Certificates.IssueClient("plugin-user");
        var json = System.Text.Json.JsonSerializer.Serialize(new
        {
            kind = "ExecCredential",
            apiVersion = Version,
            status = new { clientCertificateData = certificate, clientKeyData = key },
        });
        files.Write("answer", json);
        using var cluster = Connect(server, Plugin($"cat {files.Directory}/answer"));

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal("CN=plugin-user", server.Requests[0].ClientCertificate);
        Assert.Null(server.Requests[0].Header("Authorization"));
    }

    [Fact]
    public async Task RunsAPluginAgainWhenItsTokenIsRefusedOrExpires()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin($$$"""
            echo run >> {{{files.Directory}}}/runs
            n=$(wc -l < {{{files.Directory}}}/runs)
            echo '{"kind":"ExecCredential","apiVersion":"{{{Version}}}","status":{"token":"t'$n'","expirationTimestamp":"2026-01-01T0'$n':00:00Z"}}'
            """), time);
        server.Answer(request => request.Header("Authorization") == "Bearer t1" ? ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized") : null);

        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        time.Advance(TimeSpan.FromHours(2));
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);

        Assert.Equal(["Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3"], server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task AsksAPluginOnlyOnceMoreWhenTheServerKeepsRefusing()
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin($$$"""
            echo run >> {{{files.Directory}}}/runs
            echo '{"kind":"ExecCredential","apiVersion":"{{{Version}}}","status":{"token":"bad"}}'
            """));
        server.Answer(_ => ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized"));

        await Assert.ThrowsAsync<ApiStatusException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Equal(2, File.ReadAllLines(Path.Combine(files.Directory, "runs")).Length);
    }

    [Fact]
    public async Task EndsAWatchWhoseCredentialsCannotBeRenewed()
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin($$$"""
            mkdir {{{files.Directory}}}/once 2>/dev/null || exit 4
            echo '{"kind":"ExecCredential","apiVersion":"{{{Version}}}","status":{"token":"t"}}'
            """));
        await using var watch = cluster.Api.WatchPodsAsync("default", null, null, Connecting.Cancelled).GetAsyncEnumerator(Connecting.Cancelled);
        await watch.MoveNextAsync();
        await watch.MoveNextAsync();

        server.Answer(_ => ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized"));
        server.Pods.DropWatches();

        var e = await Assert.ThrowsAsync<ClusterException>(() => watch.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20), Connecting.Cancelled));
        Assert.Contains("ended with exit code 4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopsAPluginThatHangsAndWhatItStarted()
    {
        await using var server = await StartAsync();
        using var cluster = Connect(
            server, Plugin($"sleep 300 & echo $! > {files.Directory}/child; wait"), pluginTimeout: TimeSpan.FromSeconds(1));
        var clock = Stopwatch.StartNew();

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains("gave no answer within 1 s and was stopped", e.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
        while (IsRunning(Read("child").Trim()))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
            await Task.Delay(20, Connecting.Cancelled);
        }

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task ShowsTheInstallHintOfAPluginThatIsNotThere()
    {
        await using var server = await StartAsync();
        using var cluster = server.Connect($"exec:\n  apiVersion: {Version}\n  command: no-such-plugin\n  interactiveMode: Never\n  installHint: get it from the shop");

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains("the credential plugin 'no-such-plugin' is not there", e.Message, StringComparison.Ordinal);
        Assert.Equal("get it from the shop", e.Hint);
    }

    [Theory]
    [InlineData("exit 3", "ended with exit code 3")]
    [InlineData("echo nonsense", "wrote something that is not JSON")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"x\"}}'", "not an ExecCredential of client.authentication.k8s.io/v1")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\"}'", "wrote no status")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "wrote neither a token nor a client certificate")]
    public async Task SaysWhatAPluginDidWrong(string script, string message)
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin(script));

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client.authentication.k8s.io/v1alpha1", "", "only client.authentication.k8s.io/v1 and")]
    [InlineData(Version, "\n  interactiveMode: Always", "standard input is not a terminal")]
    public async Task RefusesAPluginThatCannotWork(string version, string more, string message)
    {
        await using var server = await StartAsync();
        using var cluster = Connect(server, Plugin("true", version, more));

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static async Task<TestApiServer> StartAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the plugins of these tests are shell scripts that look into /proc");
        var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        return server;
    }

    private static Cluster Connect(
        TestApiServer server, string user, TimeProvider? time = null, TimeSpan? pluginTimeout = null, string cluster = "")
        => Cluster.Connect(
            new() { Kubeconfig = server.WriteKubeconfig(user, cluster) },
            Connecting.Surroundings() with { Time = time ?? TimeProvider.System, PluginTimeout = pluginTimeout ?? TimeSpan.FromSeconds(30) });

    private string Plugin(string script, string version = Version, string more = "")
        => $"exec:\n  apiVersion: {version}\n  command: {files.WriteScript("plugin", script)}{(more.Contains("interactiveMode", StringComparison.Ordinal) ? "" : "\n  interactiveMode: Never")}{more}";

    private string Read(string name) => File.ReadAllText(Path.Combine(files.Directory, name));

    private static bool IsRunning(string id)
    {
        try
        {
            // A dead process stays in the list until its new parent has asked for it.
            return !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

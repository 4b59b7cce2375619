using Endoscope.Kubernetes.Configuration;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests.Security;

public sealed class ProxyTests : IDisposable
{
    private const string Host = "api.cluster.test";

    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData("http", "", "http")]
    [InlineData("socks5", "", "socks5")]
    [InlineData("socks5", "jane:p%40ss@", "socks5 jane:p@ss")]
    [InlineData("https", "", "http")]
    public async Task GoesThroughTheKubeconfigsProxyOnBoth(string scheme, string user, string expected)
    {
        await using var server = await StartAsync();
        await using var proxy = new TestProxy(scheme == "https" ? certificates.IssueServer(["127.0.0.1"]) : null);
        using var cluster = server.Connect(host: Host, cluster: $"proxy-url: {scheme}://{user}{proxy.Address}");

        await WorksOnBothAsync(cluster);

        Assert.NotEmpty(proxy.Tunnels);
        Assert.All(proxy.Tunnels, tunnel => Assert.Equal($"{expected} {Host}:{server.Address.Port}", tunnel));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "http://")]
    [InlineData("https_proxy", "")]
    [InlineData("HTTPS_PROXY", "socks5://")]
    public async Task GoesThroughTheEnvironmentsProxyOnBoth(string variable, string prefix)
    {
        await using var server = await StartAsync();
        await using var proxy = new TestProxy();
        using var cluster = Connect(server, (variable, prefix + proxy.Address), ("HTTP_PROXY", "http://127.0.0.1:1"));

        await WorksOnBothAsync(cluster);

        Assert.NotEmpty(proxy.Tunnels);
    }

    [Fact]
    public async Task RefusesAnHttpsProxyThatIsNotTheOneMeant()
    {
        await using var server = await StartAsync();
        await using var proxy = new TestProxy(certificates.IssueServer(["other.example"]));
        using var cluster = server.Connect(host: Host, cluster: $"proxy-url: https://{proxy.Address}");

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.StartsWith($"{proxy.Address} is not trusted: ", e.Message, StringComparison.Ordinal);
        Assert.Empty(proxy.Tunnels);
    }

    [Fact]
    public async Task SaysThatAProxyGivesUp()
    {
        await using var server = await StartAsync();
        await using var closing = await TestApiServer.StartAsync(plain: true);
        using var cluster = server.Connect(host: Host, cluster: $"proxy-url: socks5://{closing.Address.Authority}");

        var e = await Assert.ThrowsAsync<ClusterException>(() => cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

        Assert.Contains($"the proxy {closing.Address.Authority} ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://10.1.2.3:6443", "10.0.0.0/8", true)]
    [InlineData("https://10.1.2.3:6443", "10.9.9.9/8", true)]
    [InlineData("https://11.1.2.3:6443", "10.0.0.0/8", false)]
    [InlineData("https://[fd00::5]:6443", "fd00::/16", true)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3", true)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3:443", false)]
    [InlineData("https://10.1.2.3:6443", "10.1.2.3:6443", true)]
    [InlineData("https://[fd00::5]:6443", "[fd00::5]:6443", true)]
    [InlineData("https://api.example.org", "example.org", true)]
    [InlineData("https://example.org", "example.org", true)]
    [InlineData("https://example.org", ".example.org", false)]
    [InlineData("https://example.org", "*.example.org", false)]
    [InlineData("https://api.example.org", "*.example.org", true)]
    [InlineData("https://badexample.org", "example.org", false)]
    [InlineData("https://API.Example.org", " api.EXAMPLE.org ", true)]
    [InlineData("https://example.org", "example.org:443", true)]
    [InlineData("https://example.org", "a,,b,*", true)]
    [InlineData("https://example.org", "", false)]
    [InlineData("https://example.org", "10.0.0.0/99,x/y", false)]
    [InlineData("https://localhost:6443", "", true)]
    [InlineData("https://127.0.0.2:6443", "", true)]
    [InlineData("https://[::1]:6443", "", true)]
    public void ReadsNoProxyAsGoProgramsDo(string server, string list, bool exempt)
        => Assert.Equal(exempt, ProxyChoice.IsExempt(new Uri(server), list));

    [Fact]
    public void LetsTheKubeconfigsProxyWinAndAsksNoListAboutIt()
    {
        var variables = Connecting.Surroundings(("HTTPS_PROXY", "http://env:1"), ("NO_PROXY", "*")).Variable;

        Assert.Equal("http://own:2/", ProxyChoice.Choose(new ClusterEntry { ProxyUrl = "http://own:2" }, new Uri("https://x"), variables)?.AbsoluteUri);
        Assert.Null(ProxyChoice.Choose(new ClusterEntry(), new Uri("https://x"), variables));
    }

    [Theory]
    [InlineData("ftp://x:1")]
    [InlineData("http://")]
    public void RefusesWhatIsNoProxy(string address)
    {
        var variables = Connecting.Surroundings(("HTTPS_PROXY", address)).Variable;

        Assert.Throws<ClusterException>(() => ProxyChoice.Choose(new ClusterEntry(), new Uri("https://x"), variables));
        Assert.Throws<ClusterException>(() => ProxyChoice.Choose(new ClusterEntry { ProxyUrl = address }, new Uri("https://x"), _ => null));
    }

    private static Cluster Connect(TestApiServer server, params IReadOnlyList<(string, string)> variables)
        => Cluster.Connect(new() { Kubeconfig = server.WriteKubeconfig(host: Host) }, Connecting.Surroundings(variables));

    private async Task<TestApiServer> StartAsync()
    {
        var server = await TestApiServer.StartAsync(certificates.IssueServer([Host]), certificates);
        server.Pods.AddRunning("default", "web");
        return server;
    }

    private static async Task WorksOnBothAsync(Cluster cluster)
    {
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("true");
        await session.Output.ReadAllAsync();
        Assert.Equal(0, session.Status!.ExitCode);
    }
}

using System.Security.Cryptography.X509Certificates;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests.Security;

public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates certificates = new();

    public void Dispose() => certificates.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusesACertificateForAnotherHostAndSendsNoToken(bool exec)
    {
        await using var server = await StartAsync(certificates.IssueServer(["other.example", "10.9.8.7"]));
        using var cluster = server.Connect("token: secret");

        var e = await RefusedAsync(cluster, exec);

        Assert.Equal(
            $"{server.Address.Authority} is not trusted: the server's certificate is for other.example, 10.9.8.7, not for 127.0.0.1", e.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RefusesACertificateOfAnotherAuthorityAndSendsNoToken(bool exec)
    {
        using var foreign = new TestCertificates("foreign authority");
        await using var server = await StartAsync(foreign.IssueServer(["127.0.0.1"]));
        using var cluster = server.Connect("token: secret");

        var e = await RefusedAsync(cluster, exec);

        Assert.Contains("signed by CN=foreign authority, which is not the certificate authority of the kubeconfig", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task RefusesAnAuthorityThatOnlyBearsTheRightName()
    {
        using var impostor = new TestCertificates();
        await using var server = await StartAsync(impostor.IssueServer(["127.0.0.1"]));
        using var cluster = server.Connect("token: secret");

        var e = await RefusedAsync(cluster, exec: false);

        Assert.Contains("is not the certificate authority of the kubeconfig", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RefusesAnExpiredCertificate()
    {
        await using var server = await StartAsync(certificates.IssueServer(["127.0.0.1"], TimeSpan.FromDays(5)));
        using var cluster = server.Connect("token: secret");

        var e = await RefusedAsync(cluster, exec: false);

        Assert.Contains("is not valid now: valid from", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task RefusesAPrivateAuthorityWhereTheKubeconfigNamesNone()
    {
        await using var server = await StartAsync(certificates.IssueServer(["127.0.0.1"]));
        using var cluster = server.Connect("token: secret", ca: "");

        var e = await RefusedAsync(cluster, exec: false);

        Assert.Contains("which is not an authority that this machine trusts", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task TakesTheSecondAuthorityOfABundle()
    {
        using var other = new TestCertificates("other authority");
        await using var server = await StartAsync(certificates.IssueServer(["127.0.0.1"]));
        using var cluster = server.Connect(ca: "some words\n" + other.AuthorityPem + "\n" + certificates.AuthorityPem);

        await WorksOnBothAsync(cluster);
    }

    [Fact]
    public async Task VerifiesTheTlsServerNameInsteadOfTheHost()
    {
        await using var server = await StartAsync(certificates.IssueServer(["kubernetes.internal"]));
        using var right = server.Connect(cluster: "tls-server-name: kubernetes.internal");
        using var wrong = server.Connect(cluster: "tls-server-name: kubernetes.external");

        await WorksOnBothAsync(right);
        await RefusedAsync(wrong, exec: false);
        await RefusedAsync(wrong, exec: true);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task VerifiesHostNamesAsWellAsAddresses()
    {
        await using var server = await StartAsync(certificates.IssueServer(["localhost"]));
        using var cluster = server.Connect(host: "localhost");

        await WorksOnBothAsync(cluster);
    }

    [Fact]
    public async Task ShowsAnyCertificateTheDoorOpenWhenVerificationIsOff()
    {
        await using var server = await StartAsync(certificates.IssueServer(["other.example"], TimeSpan.FromDays(5)));
        using var cluster = server.Connect(cluster: "insecure-skip-tls-verify: true", ca: "");

        await WorksOnBothAsync(cluster);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task ShowsTheClientCertificate(bool rsa, bool files)
    {
        await using var server = await StartAsync(certificates.IssueServer(["127.0.0.1"]));
        using var temporary = new Configuration.TempFiles();
        var (certificate, key) = certificates.IssueClient("jane", rsa);
        using var cluster = server.Connect(files
            ? $"client-certificate: {temporary.Write("c.pem", certificate)}\nclient-key: {temporary.Write("k.pem", key)}"
            : $"client-certificate-data: {Base64(certificate)}\nclient-key-data: {Base64(key)}");

        await WorksOnBothAsync(cluster);

        Assert.All(server.Requests, request => Assert.Equal("CN=jane", request.ClientCertificate));
    }

    [Fact]
    public async Task SpeaksThroughAProxyOnBoth()
    {
        await using var server = await StartAsync(certificates.IssueServer(["127.0.0.1"]));
        await using var proxy = new TestProxy();
        using var cluster = server.Connect(cluster: $"proxy-url: http://jane:p%40ss@{proxy.Address}");

        await WorksOnBothAsync(cluster);

        Assert.Equal(
            [$"CONNECT {server.Address.Authority} HTTP/1.1", $"Host: {server.Address.Authority}", "Proxy-Authorization: Basic " + Base64("jane:p@ss")],
            proxy.FirstRequest);
    }

    [Fact]
    public async Task VerifiesTheServerBehindAProxy()
    {
        await using var server = await StartAsync(certificates.IssueServer(["other.example"]));
        await using var proxy = new TestProxy();
        using var cluster = server.Connect(cluster: $"proxy-url: http://{proxy.Address}");

        await RefusedAsync(cluster, exec: false);

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task RefusesACertificateThatNamesItsHostOnlyInTheSubject()
    {
        await using var server = await StartAsync(certificates.IssueServer([], subject: "localhost"));
        using var cluster = server.Connect(host: "localhost");

        var e = await RefusedAsync(cluster, exec: false);

        Assert.Contains("(CN=localhost) names no host as its subject's alternative name", e.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task SaysWhenTheServerSpeaksNoTls()
    {
        await using var server = await TestApiServer.StartAsync(plain: true);
        using var cluster = Cluster.Connect(
            new() { Kubeconfig = server.WriteKubeconfig(), Server = "https://" + server.Address.Authority }, Connecting.Surroundings());

        var e = await RefusedAsync(cluster, exec: false);

        Assert.StartsWith($"no TLS connection to {server.Address.Authority}: ", e.Message, StringComparison.Ordinal);
    }

    private async Task<TestApiServer> StartAsync(X509Certificate2 certificate)
    {
        var server = await TestApiServer.StartAsync(certificate, certificates);
        server.Pods.AddRunning("default", "web");
        return server;
    }

    private static Task<ClusterException> RefusedAsync(Cluster cluster, bool exec)
        => Assert.ThrowsAsync<ClusterException>(() => exec ? cluster.ExecAsync("true") : cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled));

    private static async Task WorksOnBothAsync(Cluster cluster)
    {
        await cluster.Api.ReadPodAsync("default", "web", Connecting.Cancelled);
        await using var session = await cluster.ExecAsync("true");
        await session.Output.ReadAllAsync();
        Assert.Equal(0, session.Status!.ExitCode);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}

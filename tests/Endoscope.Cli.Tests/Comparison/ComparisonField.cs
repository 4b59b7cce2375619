using System.Text;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Comparison;

/// <summary>The servers, proxies, certificates and names that the rows of the comparison speak of.</summary>
public sealed class ComparisonField : IAsyncLifetime
{
    // What the servers answer with 401.
    private const string Refused = "Bearer refused";

    private readonly TestCertificates certificates = new();
    private readonly TestCertificates foreignCertificates = new("foreign authority");
    private readonly Dictionary<string, TestApiServer> servers = [];
    private readonly Dictionary<string, TestProxy> proxies = [];
    private readonly Dictionary<string, string> words = [];

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        servers["main"] = await TestApiServer.StartAsync(certificates.IssueServer(["localhost", "127.0.0.1", "api.cluster.test"]), certificates);
        servers["inner"] = await TestApiServer.StartAsync(certificates.IssueServer(["kubernetes.internal"]), certificates);
        servers["foreign"] = await TestApiServer.StartAsync(foreignCertificates.IssueServer(["127.0.0.1"]), foreignCertificates);
        servers["expired"] = await TestApiServer.StartAsync(certificates.IssueServer(["127.0.0.1"], TimeSpan.FromDays(5)), certificates);
        servers["cnonly"] = await TestApiServer.StartAsync(certificates.IssueServer([], subject: "localhost"), certificates);
        servers["plain"] = await TestApiServer.StartAsync(plain: true);
        foreach (var (name, server) in servers)
        {
            server.Pods.AddRunning("default", "web");
            server.Pods.AddRunning("shop", "web");
            Discovery(server);
            words[name] = server.Address.GetLeftPart(UriPartial.Authority);
            words[name + ".port"] = $"{server.Address.Port}";
        }

        proxies["proxy"] = new TestProxy();
        proxies["tlsproxy"] = new TestProxy(certificates.IssueServer(["127.0.0.1"]));
        proxies["wrongproxy"] = new TestProxy(certificates.IssueServer(["other.example"]));
        foreach (var (name, proxy) in proxies)
        {
            words[name] = $"{proxy.Address}";
        }

        words["ca"] = Base64(certificates.AuthorityPem);
        words["foreignca"] = Base64(foreignCertificates.AuthorityPem);
        words["bundle"] = Base64(foreignCertificates.AuthorityPem + "\n" + certificates.AuthorityPem);
        words["nonsense"] = Base64("nonsense");
        Identity("ec", certificates.IssueClient("jane"));
        Identity("rsa", certificates.IssueClient("joe", rsa: true));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in proxies.Values)
        {
            await proxy.DisposeAsync();
        }

        foreach (var server in servers.Values)
        {
            await server.DisposeAsync();
        }

        certificates.Dispose();
        foreignCertificates.Dispose();
    }

    /// <summary>Puts addresses, certificates and the row's own directory in the place of <c>@words@</c>.</summary>
    public string Fill(string text, string directory) => words.Append(new("dir", directory)).Aggregate(text, (filled, word) => filled.Replace($"@{word.Key}@", word.Value, StringComparison.Ordinal));

    /// <summary>Writes the files that rows may name into the row's directory.</summary>
    public void WriteFiles(string directory)
    {
        foreach (var name in (string[])["ca", "foreignca", "bundle", "ec.cert", "ec.key", "rsa.cert", "rsa.key"])
        {
            File.WriteAllBytes(Path.Combine(directory, name + ".pem"), Convert.FromBase64String(words[name]));
        }
    }

    /// <summary>How much has been seen so far.</summary>
    public IReadOnlyList<int> Mark() => [.. servers.Values.Select(server => server.Requests.Count), .. proxies.Values.Select(proxy => proxy.Tunnels.Count)];

    /// <summary>What the servers and proxies have seen of pods and exec since the mark: where, as whom, by which way; a line each.</summary>
    public string SeenSince(IReadOnlyList<int> mark)
    {
        var requests = servers.SelectMany((server, i) => server.Value.Requests.Skip(mark[i]).Where(request => request.Path.Contains("/pods", StringComparison.Ordinal) && request.Header("Authorization") != Refused)
            .Select(request => $"{(request.Path.EndsWith("/exec", StringComparison.Ordinal) ? "exec" : "rest")} {server.Key} {Describe(request)}"));
        var tunnels = proxies.SelectMany((proxy, i) => proxy.Value.Tunnels.Skip(mark[servers.Count + i]).Select(tunnel => $"via  {proxy.Key} {Fill(tunnel, "")}"));
        return string.Join('\n', requests.Concat(tunnels).Distinct().Order(StringComparer.Ordinal));
    }

    private static string Describe(RecordedRequest request)
    {
        var headers = request.Headers.Where(header => header.Key == "Authorization" || header.Key.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase))
            .Select(header => $"{header.Key.ToLowerInvariant()}={header.Value.Replace("\n", " + ", StringComparison.Ordinal)}").Order(StringComparer.Ordinal);
        return string.Join(' ', [request.Path.Split('/')[4], .. headers, .. request.ClientCertificate is { } shown ? [shown] : Array.Empty<string>()]);
    }

    private void Identity(string name, (string Certificate, string Key) identity)
    {
        words[name + ".cert"] = Base64(identity.Certificate);
        words[name + ".key"] = Base64(identity.Key);
    }

    // What kubectl asks before it knows what a pod is.
    private static void Discovery(TestApiServer server)
    {
        server.Objects["/api"] = """{"kind":"APIVersions","versions":["v1"],"serverAddressByClientCIDRs":[]}""";
        server.Objects["/apis"] = """{"kind":"APIGroupList","apiVersion":"v1","groups":[]}""";
        server.Objects["/api/v1"] =
            """
            {"kind":"APIResourceList","groupVersion":"v1","resources":[
             {"name":"pods","singularName":"pod","namespaced":true,"kind":"Pod","verbs":["create","delete","get","list","watch"],"shortNames":["po"]},
             {"name":"pods/exec","singularName":"","namespaced":true,"kind":"PodExecOptions","verbs":["create","get"]}]}
            """;
        server.Objects["/version"] = """{"major":"1","minor":"32","gitVersion":"v1.32.0"}""";
        server.Objects["/api/v1/nodes/node-1"] = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"}}""";
        server.Answer(request => request.Header("Authorization") == Refused ? ScriptedAnswer.Failure(401, "Unauthorized", "Unauthorized") : null);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

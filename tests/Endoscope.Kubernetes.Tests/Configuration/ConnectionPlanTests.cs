using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Tests.Configuration;

public sealed class ConnectionPlanTests : IDisposable
{
    private readonly TempFiles files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void ReadsTheFileOfTheHomeDirectoryWhereKubeconfigIsUnsetOrEmpty()
    {
        files.Write(".kube/config", Config("home", "https://home:6443"));

        Assert.Equal("https://home:6443/", Plan(new()).Server.AbsoluteUri);
        Assert.Equal("https://home:6443/", Plan(new(), ("KUBECONFIG", "")).Server.AbsoluteUri);
    }

    [Fact]
    public void SkipsMissingFilesOfTheListAndTakesTheFirstOfEachName()
    {
        var first = files.Write("first", """
            contexts:
            - name: both
              context: {cluster: shared, user: one, namespace: of-first}
            clusters:
            - name: shared
              cluster: {server: "https://first:1"}
            """);
        var second = files.Write("second", """
            current-context: both
            contexts:
            - name: both
              context: {cluster: other, user: two, namespace: of-second}
            clusters:
            - name: shared
              cluster: {server: "https://second:2", insecure-skip-tls-verify: true}
            users:
            - name: one
              user: {token: from-second}
            """);
        var third = files.Write("third", "current-context: other");

        var plan = Plan(new(), ("KUBECONFIG", string.Join(Path.PathSeparator, first, files.Directory + "/missing", "", second, third)));

        Assert.Equal("both", plan.ContextName);
        Assert.Equal("of-first", plan.DefaultNamespace);
        Assert.Equal("https://first:1/", plan.Server.AbsoluteUri);
        Assert.False(plan.Cluster.SkipTlsVerify);
        Assert.Equal("from-second", plan.User.Token);
    }

    [Fact]
    public void TakesPathsFromTheDirectoryOfTheFileThatNamesThem()
    {
        var first = files.Write("first", "current-context: c");
        files.Write("deep/down/second", Config("c", "https://c:1", "{tokenFile: ../token, client-certificate: c.pem, client-key: /abs/key}", "certificate-authority: ca.pem"));

        var plan = Plan(new(), ("KUBECONFIG", first + Path.PathSeparator + Path.Combine(files.Directory, "deep/down/second")));

        Assert.Equal(Path.Combine(files.Directory, "deep/token"), plan.User.TokenFile);
        Assert.Equal(Path.Combine(files.Directory, "deep/down/c.pem"), plan.User.ClientCertificate!.File);
        Assert.Equal("/abs/key", plan.User.ClientKey!.File);
        Assert.Equal(Path.Combine(files.Directory, "deep/down/ca.pem"), plan.Cluster.Authority!.File);
    }

    [Fact]
    public void ReadsExactlyTheFileOfTheFlag()
    {
        var other = files.Write("other", Config("other", "https://other:1"));
        var named = files.Write("named", Config("named", "https://named:1"));

        Assert.Equal("named", Plan(new() { Kubeconfig = named }, ("KUBECONFIG", other)).ContextName);
        Assert.Contains(
            "/absent does not exist",
            Assert.Throws<ClusterException>(() => Plan(new() { Kubeconfig = files.Directory + "/absent" }, ("KUBECONFIG", other))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void TellsContextsApartByCase()
    {
        var path = files.Write("config", """
            current-context: Prod
            contexts:
            - {name: prod, context: {cluster: low, user: u}}
            - {name: Prod, context: {cluster: high, user: u}}
            clusters:
            - {name: low, cluster: {server: "https://low"}}
            - {name: high, cluster: {server: "https://high"}}
            users:
            - {name: u, user: {}}
            """);

        Assert.Equal("https://high/", Plan(new() { Kubeconfig = path }).Server.AbsoluteUri);
        Assert.Equal("https://low/", Plan(new() { Kubeconfig = path, Context = "prod" }).Server.AbsoluteUri);
        Assert.Equal("https://high/", Plan(new(), ("KUBECONFIG", path)).Server.AbsoluteUri);
        var e = Assert.Throws<ClusterException>(() => Plan(new() { Kubeconfig = path, Context = "PROD" }));
        Assert.Equal("the kubeconfig has no context 'PROD'", e.Message);
        Assert.Equal("it has: Prod, prod", e.Hint);
    }

    [Fact]
    public void LetsFlagsReplaceServerTokenClusterAndUser()
    {
        var path = files.Write("config", """
            current-context: c
            contexts:
            - {name: c, context: {cluster: one, user: plugin}}
            clusters:
            - {name: one, cluster: {server: "https://one"}}
            - {name: two, cluster: {server: "https://two"}}
            users:
            - {name: plugin, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never}}}
            - {name: basic, user: {username: u, password: p}}
            """);

        var plan = Plan(new() { Kubeconfig = path, Cluster = "two", User = "basic" });
        Assert.Equal(("https://two/", "u"), (plan.Server.AbsoluteUri, plan.User.Username));

        plan = Plan(new() { Kubeconfig = path, Server = "https://three:3/base", Token = "t" });
        Assert.Equal(("https://three:3/base", "t", (ExecPluginEntry?)null), (plan.Server.AbsoluteUri, plan.User.Token, plan.User.Exec));
    }

    [Fact]
    public void UsesTheServiceAccountOnlyWhereNoKubeconfigIs()
    {
        files.Write("sa/token", "in-pod");
        files.Write("sa/namespace", "monitoring\n");
        files.Write("sa/ca.crt", "");
        var inPod = new[] { ("KUBERNETES_SERVICE_HOST", "fd00::1"), ("KUBERNETES_SERVICE_PORT", "443") };

        var plan = Plan(new(), inPod);

        Assert.Equal("https://[fd00::1]/", plan.Server.AbsoluteUri);
        Assert.Equal("monitoring", plan.DefaultNamespace);
        Assert.Equal(Path.Combine(files.Directory, "sa", "token"), plan.User.TokenFile);
        Assert.Equal(Path.Combine(files.Directory, "sa", "ca.crt"), plan.Cluster.Authority!.File);

        files.Write(".kube/config", Config("home", "https://home"));
        Assert.Equal("home", Plan(new(), inPod).ContextName);
    }

    [Fact]
    public void SaysWhereItLookedWhenThereIsNothing()
    {
        var e = Assert.Throws<ClusterException>(() => Plan(new(), ("KUBECONFIG", "/no/a" + Path.PathSeparator + "/no/b")));

        Assert.Equal("no kubeconfig was found: /no/a, /no/b", e.Message);
    }

    [Theory]
    [InlineData("a: b: c", "config:1: not valid YAML")]
    [InlineData("- list", "config:1: not a kubeconfig file")]
    [InlineData("current-context: c\nclusters: 5", "config:2: clusters must be a list")]
    [InlineData("clusters:\n- name: c\n  cluster:\n    certificate-authority-data: '***'", "config:4: certificate-authority-data is not valid base64")]
    [InlineData("clusters:\n- name: c\n  cluster:\n    insecure-skip-tls-verify: maybe", "config:4: insecure-skip-tls-verify must be true or false")]
    [InlineData("clusters:\n- cluster: {}", "config:2: an entry of clusters has no name")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context:\n    cluster: x\n    user: z", "the kubeconfig has no cluster 'x'")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context: {cluster: x, user: z}\nclusters:\n- name: x\n  cluster: {server: 'https://x'}", "config:4: the kubeconfig has no user 'z'")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context: {cluster: x}\nclusters:\n- name: x\n  cluster: {server: 'ftp://x'}", "config:7: 'ftp://x' is not an address of an API server")]
    [InlineData("current-context: c\ncontexts:\n- name: c\n  context: {cluster: x}\nclusters:\n- name: x\n  cluster: {}", "config:7: the cluster has no server")]
    [InlineData("contexts:\n- name: c\n  context: {}", "the kubeconfig has no current context")]
    [InlineData("users:\n- name: u\n  user: {token: 123}", "config:3: token must be text: write token: \"123\"")]
    [InlineData("users:\n- {name: u, user: {}}\n- {name: u, user: {}}", "config:3: users has two entries named 'u'")]
    [InlineData("kind: Pod", "config:1: a kubeconfig is of kind Config, not Pod")]
    public void SaysWhatIsWrongAndOnWhichLine(string text, string message)
    {
        var path = files.Write("config", text);

        Assert.Contains(message, Assert.Throws<ClusterException>(() => Plan(new() { Kubeconfig = path })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{as-groups: [admins]}", "acting in groups, or under a UID or more, takes a user to act as")]
    [InlineData("{exec: {command: x}}", "config:14: exec has no apiVersion")]
    [InlineData("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1}}", "needs an interactiveMode")]
    [InlineData("{exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Maybe}}", "interactiveMode must be Never")]
    [InlineData("{auth-provider: {name: oidc}}", "the auth provider 'oidc' is no longer built into clients")]
    [InlineData("{token: t, username: u}", "both a token and a user name")]
    [InlineData("{client-certificate-data: eA==}", "a client certificate but no client key")]
    [InlineData("{client-certificate: /c, client-certificate-data: eA==, client-key-data: eA==}", "the file /c is given as well")]
    [InlineData("{client-certificate-data: eA==, client-key-data: eA==}", "holds no PEM certificate")]
    [InlineData("{client-certificate: /no/such, client-key: /no/key}", "cannot read /no/such")]
    public void RefusesUsersThatCannotWork(string user, string message)
    {
        var path = files.Write("config", Config("c", "https://c", user));

        var e = Assert.Throws<ClusterException>(() => Cluster.Connect(new() { Kubeconfig = path }, Connecting.Surroundings()));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("certificate-authority-data: eA==", "holds no PEM certificate")]
    [InlineData("proxy-url: 'ftp://proxy'", "proxy-url must be")]
    [InlineData("certificate-authority: /no/ca", "cannot read /no/ca")]
    [InlineData("{certificate-authority-data: eA==, insecure-skip-tls-verify: true}", "exclude each other")]
    public void RefusesClustersThatCannotWork(string cluster, string message)
    {
        var path = files.Write("config", Config("c", "https://c", "{}", cluster.Trim('{', '}').Replace(", ", "\n    ", StringComparison.Ordinal)));

        var e = Assert.Throws<ClusterException>(() => Cluster.Connect(new() { Kubeconfig = path }, Connecting.Surroundings()));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TakesAnAddressWithoutASchemeAsKubectlDoes()
    {
        var plain = files.Write("plain", Config("c", "localhost:8080"));
        var secure = files.Write("secure", Config("c", "localhost:8443", "{}", "insecure-skip-tls-verify: true"));

        Assert.Equal("http://localhost:8080/", Plan(new() { Kubeconfig = plain }).Server.AbsoluteUri);
        Assert.Equal("http://localhost:8443/", Plan(new() { Kubeconfig = secure }).Server.AbsoluteUri);
    }

    [Fact]
    public void LetsFlagsReplaceWhomToTrustAndWhatToShow()
    {
        var path = files.Write("config", Config("c", "https://c", "{client-certificate-data: eA==, client-key-data: eA==}", "tls-server-name: old\n    certificate-authority-data: eA=="));

        var plan = Plan(new() { Kubeconfig = path, SkipTlsVerify = true, ClientCertificate = "/c", ClientKey = "/k" });
        Assert.Equal((true, null, "old"), (plan.Cluster.SkipTlsVerify, plan.Cluster.Authority, plan.Cluster.TlsServerName));
        Assert.Equal(("/c", "/k", null), (plan.User.ClientCertificate!.File, plan.User.ClientKey!.File, plan.User.ClientKey.Text));

        plan = Plan(new() { Kubeconfig = path, Server = "https://d", CertificateAuthority = "/ca" });
        Assert.Equal(("/ca", null), (plan.Cluster.Authority!.File, plan.Cluster.TlsServerName));
        Assert.Equal("new", Plan(new() { Kubeconfig = path, Server = "https://d", TlsServerName = "new" }).Cluster.TlsServerName);
    }

    [Fact]
    public void RefusesWhatIsNestedTooDeeply()
    {
        var path = files.Write("config", string.Concat(Enumerable.Repeat("[", 50_000)));

        Assert.Contains("nested more than 100 deep", Assert.Throws<ClusterException>(() => Plan(new() { Kubeconfig = path })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadsJsonToo()
    {
        var path = files.Write("config", """
            {"current-context":"c","contexts":[{"name":"c","context":{"cluster":"x","user":""}}],"clusters":[{"name":"x","cluster":{"server":"https://x","certificate-authority-data":null}}]}
            """);

        Assert.Equal("https://x/", Plan(new() { Kubeconfig = path }).Server.AbsoluteUri);
    }

    [Fact]
    public void KeepsAPluginsArgumentsAndSurroundingsAsTheyStand()
    {
        var path = files.Write("config", Config("c", "https://c", """
            {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: ["a b", "", "$HOME"], env: [{name: A, value: "b c"}],
                    installHint: install it, provideClusterInfo: true, interactiveMode: Never}}
            """));

        var exec = Plan(new() { Kubeconfig = path }).User.Exec!;

        Assert.Equal(Path.Combine(files.Directory, "bin/login"), exec.Command);
        Assert.Equal(["a b", "", "$HOME"], exec.Arguments);
        Assert.Equal([KeyValuePair.Create("A", "b c")], exec.Variables);
        Assert.Equal(("install it", true, PluginInput.Never), (exec.InstallHint, exec.ProvideClusterInfo, exec.Input));
    }

    private ConnectionPlan Plan(ConnectionOptions options, params (string Name, string Value)[] variables)
        => ConnectionPlan.Plan(options, Connecting.Surroundings(variables) with
        {
            HomeDirectory = files.Directory,
            ServiceAccountDirectory = Path.Combine(files.Directory, "sa"),
        });

    private static string Config(string name, string server, string user = "{}", string cluster = "") => $"""
        current-context: {name}
        contexts:
        - name: {name}
          context:
            cluster: {name}
            user: {name}
        clusters:
        - name: {name}
          cluster:
            server: {server}
            {cluster}
        users:
        - name: {name}
          user: {user.ReplaceLineEndings("")}

        """;
}

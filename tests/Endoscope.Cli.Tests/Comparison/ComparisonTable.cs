namespace Endoscope.Cli.Tests.Comparison;

/// <summary>Kubeconfigs and environments, good and bad.</summary>
internal static class ComparisonTable
{
    private const string Authority = "certificate-authority-data: @ca@";
    private const string V1 = "apiVersion: client.authentication.k8s.io/v1";
    private const string V1Beta1 = "apiVersion: client.authentication.k8s.io/v1beta1";

    public static IReadOnlyList<ComparisonRow> Rows { get; } =
    [
        // Credentials
        new("token", Config("token: abc")),
        new("token with spaces around it in quotes", Config("token: 'abc'")),
        new("no credentials", Config("{}")) { Difference = "Nobody is asked for a user name and a password" },
        new("token file", Config("tokenFile: t"), (".kube/t", "from-file\n")),
        new("token file by absolute path", Config("tokenFile: @dir@/t"), ("t", "from-file")),
        new("token file and token", Config("token: old\ntokenFile: t"), (".kube/t", "from-file\n")),
        new("token file that is not there", Config("tokenFile: t")) { Refusal = "cannot read the token file", TheirRefusal = "no such file" },
        new("token that is a number", Config("token: 12345")) { Refusal = "token must be text", TheirRefusal = "cannot unmarshal number" },
        new("token that is true", Config("token: true")) { Refusal = "token must be text", TheirRefusal = "cannot unmarshal bool" },
        new("basic", Config("username: jane\npassword: 's e:cret'")),
        new("basic without a password", Config("username: jane")),
        new("basic and token", Config("username: jane\npassword: p\ntoken: abc")) { Refusal = "both a token and a user name", TheirRefusal = "more than one authentication method" },
        new("token that the server refuses", Config("token: refused")) { Refusal = "does not accept our credentials", TheirRefusal = "logged in" },
        new("client certificate in data", Config("client-certificate-data: @ec.cert@\nclient-key-data: @ec.key@")),
        new("client certificate, RSA", Config("client-certificate-data: @rsa.cert@\nclient-key-data: @rsa.key@")),
        new("client certificate in files", Config("client-certificate: ../ec.cert.pem\nclient-key: ../ec.key.pem")),
        new("client certificate in a file, key in data", Config("client-certificate: ../ec.cert.pem\nclient-key-data: @ec.key@")),
        new("client certificate and token", Config("client-certificate-data: @ec.cert@\nclient-key-data: @ec.key@\ntoken: abc")),
        new("client certificate without a key", Config("client-certificate-data: @ec.cert@")) { Refusal = "no client key", TheirRefusal = "client-key" },
        new("client key without a certificate", Config("client-key-data: @ec.key@\ntoken: abc")),
        new("client certificate with another's key", Config("client-certificate-data: @ec.cert@\nclient-key-data: @rsa.key@")) { Refusal = "cannot be used", TheirRefusal = "tls:" },
        new("client certificate in data and in a file", Config("client-certificate: ../ec.cert.pem\nclient-certificate-data: @ec.cert@\nclient-key-data: @ec.key@"))
            { Refusal = "is given as well", TheirRefusal = "both specified" },
        new("client certificate that is not there", Config("client-certificate: /no/cert\nclient-key: /no/key")) { Refusal = "cannot read /no/cert", TheirRefusal = "no such file" },
        new("client certificate that is none", Config("client-certificate-data: @nonsense@\nclient-key-data: @nonsense@")) { Refusal = "holds no PEM certificate", TheirRefusal = "tls:" },
        new("data that is not base64", Config("client-certificate-data: '***'")) { Refusal = "is not valid base64", TheirRefusal = "base64" },
        new("auth provider", Config("auth-provider: {name: gcp}")) { Refusal = "the auth provider 'gcp'", TheirRefusal = "gcp" },

        // Flags
        new("--token", Config("token: old")) { Flags = ["--token", "new"] },
        new("--token where a certificate is", Config("client-certificate-data: @ec.cert@\nclient-key-data: @ec.key@")) { Flags = ["--token=new"] },
        new("--token where a token file is", Config("tokenFile: t"), (".kube/t", "from-file\n")) { Flags = ["--token", "new"], Difference = "A `--token` is sent even where the user entry has a `tokenFile`" },
        new("--token where a user name is", Config("username: jane\npassword: p")) { Flags = ["--token", "new"], Refusal = "both a token and a user name", TheirRefusal = "more than one authentication method" },
        new("--token where a plugin is", Config(Plugin()), Script("exit 9")) { Flags = ["--token", "new"], Since = 22 },
        new("--server", Config("token: abc", server: "@foreign@")) { Flags = ["--server", "@main@"] },
        new("-s", Config("token: abc", server: "@foreign@")) { Flags = ["-s", "@main@"] },
        new("--server of another host forgets the name", Config("token: abc", $"{Authority}\ntls-server-name: kubernetes.internal")) { Flags = ["--server", "@main@"] },
        new("--tls-server-name", Config("token: abc", server: "@inner@")) { Flags = ["--tls-server-name", "kubernetes.internal"] },
        new("--tls-server-name that is wrong", Config("token: abc")) { Flags = ["--tls-server-name", "kubernetes.internal"], Refusal = "not for kubernetes.internal", TheirRefusal = "x509: certificate is valid for" },
        new("--certificate-authority", Config("token: abc", "certificate-authority-data: @foreignca@")) { Flags = ["--certificate-authority", "@dir@/ca.pem"] },
        new("--insecure-skip-tls-verify", Config("token: abc", server: "@foreign@")) { Flags = ["--insecure-skip-tls-verify"] },
        new("--client-certificate and --client-key", Config("client-certificate: /no\nclient-key: /no")) { Flags = ["--client-certificate", "@dir@/ec.cert.pem", "--client-key", "@dir@/ec.key.pem"] },
        new("--client-certificate where data is", Config("client-certificate-data: @rsa.cert@\nclient-key-data: @rsa.key@"))
            { Flags = ["--client-certificate", "@dir@/ec.cert.pem", "--client-key", "@dir@/ec.key.pem"], Since = 34 },
        new("--as", Config("token: abc")) { Flags = ["--as", "jane"] },
        new("--as with a sign beyond ASCII", Config("token: abc")) { Flags = ["--as", "jörg"] },
        new("--as with groups", Config("token: abc")) { Flags = ["--as", "jane", "--as-group", "a", "--as-group", "b c", "--as-group", "d,e"] },
        new("--as with a UID", Config("token: abc")) { Flags = ["--as", "jane", "--as-uid", "7"], Since = 23 },
        new("--as-group alone", Config("token: abc")) { Flags = ["--as-group", "a"], Refusal = "takes a user to act as", TheirRefusal = "without impersonating a user" },
        new("--as over that of the kubeconfig", Config("token: abc\nas: joe\nas-groups: [x, z]")) { Flags = ["--as", "jane"] },
        new("-n", Config("token: abc")) { Flags = ["-n", "shop"] },
        new("--namespace over the context's", Config("token: abc", ns: "shop")) { Flags = ["--namespace", "default"] },
        new("--context", Two()) { Flags = ["--context", "second"] },
        new("--context by other case", Two()) { Flags = ["--context", "Second"], Refusal = "no context 'Second'", TheirRefusal = "Second" },
        new("--cluster and --user", Two()) { Flags = ["--cluster", "second", "--user", "second"] },
        new("--cluster that is not there", Two()) { Flags = ["--cluster", "third"], Refusal = "no cluster 'third'", TheirRefusal = "\"third\"" },
        new("--user that is not there", Two()) { Flags = ["--user", "third"], Refusal = "no user 'third'", TheirRefusal = "\"third\" does not exist" },
        new("--kubeconfig", ("other", Config("token: abc").Text)) { Flags = ["--kubeconfig", "@dir@/other"] },
        new("--kubeconfig over the variable", ("other", Config("token: abc").Text), ("third", Config("token: third").Text)) { Flags = ["--kubeconfig", "@dir@/other"], Variables = [("KUBECONFIG", "@dir@/third")] },
        new("--kubeconfig that is not there", Config("token: abc")) { Flags = ["--kubeconfig", "/no/config"], Refusal = "/no/config does not exist", TheirRefusal = "/no/config: no such file" },
        new("--request-timeout", Config("token: abc")) { Flags = ["--request-timeout", "1m30s"] },
        new("--request-timeout of none", Config("token: abc")) { Flags = ["--request-timeout=0"] },

        // Impersonation in the kubeconfig
        new("as", Config("token: abc\nas: jane\nas-groups: [a, b]")),
        new("as with a UID and more", Config("token: abc\nas: jane\nas-uid: '7'\nas-user-extra: {example.com/scope: [x, z], 'a b%': [z]}")) { Since = 23 },
        new("as-groups with a truth value", Config("token: abc\nas: jane\nas-groups: [x, y]")) { Refusal = "every entry of as-groups must be text", TheirRefusal = "cannot unmarshal bool" },
        new("as-groups alone", Config("token: abc\nas-groups: [a]")) { Refusal = "takes a user to act as", TheirRefusal = "without impersonating a user" },

        // Which file
        new("KUBECONFIG", ("a", Config("token: abc").Text)) { Variables = [("KUBECONFIG", "@dir@/a")] },
        new("KUBECONFIG that is empty", Config("token: abc")) { Variables = [("KUBECONFIG", "")] },
        new("KUBECONFIG as a list with a missing file", ("a", Users("test", "token: first")), ("b", Config("token: second").Text)) { Variables = [("KUBECONFIG", "@dir@/none:@dir@/a:@dir@/b")] },
        new("KUBECONFIG as a list, paths relative to the second", ("x/a", "current-context: test\n"), ("y/b", Config("tokenFile: t").Text), ("y/t", "near")) { Variables = [("KUBECONFIG", "@dir@/x/a:@dir@/y/b")] },
        new("KUBECONFIG with nothing there", Config("token: abc")) { Variables = [("KUBECONFIG", "@dir@/none")], Refusal = "no kubeconfig was found" },
        new("no kubeconfig") { Refusal = "no kubeconfig was found" },
        new("no kubeconfig, but --server and --token") { Flags = ["--server", "@main@", "--token", "abc", "--certificate-authority", "@dir@/ca.pem"] },
        new("an empty kubeconfig", (".kube/config", "")) { Refusal = "no kubeconfig was found" },
        new("a kubeconfig in JSON", (".kube/config", """{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"c","user":"c"}}],"clusters":[{"name":"c","cluster":{"server":"@main@","certificate-authority-data":"@ca@"}}],"users":[{"name":"c","user":{"token":"abc"}}]}""")),
        new("a kubeconfig that is no YAML", (".kube/config", "a: b: c")) { Refusal = "not valid YAML", TheirRefusal = "yaml" },
        new("a kubeconfig of another kind", (".kube/config", "apiVersion: v1\nkind: Pod\n" + Config("token: abc").Text)) { Refusal = "is of kind Config, not Pod", TheirRefusal = "Pod" },
        new("a kubeconfig with fields of its own", (".kube/config", "preferences: {colors: true}\nmine: [1]\n" + Config("token: abc\nmine: 1").Text)),
        new("two users of one name", (".kube/config", Config("token: abc").Text + "- name: test\n  user: {token: def}\n")) { Refusal = "two entries named 'test'", TheirRefusal = "duplicate name" },
        new("a user with a plugin that cannot work, of another context", (".kube/config", Config("token: abc").Text + "- name: other\n  user: {exec: {}}\n")),
        new("no current context", (".kube/config", Config("token: abc").Text.Replace("current-context: test", "", StringComparison.Ordinal))) { Refusal = "no current context" },
        new("a current context that is not there", (".kube/config", Config("token: abc").Text.Replace("current-context: test", "current-context: other", StringComparison.Ordinal))) { Refusal = "no context 'other'", TheirRefusal = "other" },
        new("a context whose cluster is not there", (".kube/config", Config("token: abc").Text.Replace("cluster: test", "cluster: other", StringComparison.Ordinal))) { Refusal = "no cluster 'other'" },
        new("a context whose user is not there", (".kube/config", Config("token: abc").Text.Replace("user: test", "user: other", StringComparison.Ordinal)))
            { Refusal = "no user 'other'" },

        // The server and whom to believe
        new("a server by name", Config("token: abc", server: "https://localhost:@main.port@")),
        new("a server with a slash at the end", Config("token: abc", server: "@main@/")),
        new("a server with a query", Config("token: abc", server: "@main@/?a=b")),
        new("a server without TLS", Config("token: abc", "", server: "@plain@")),
        new("a server without TLS, acting as another", Config("token: abc\nas: jane", "", server: "@plain@")),
        new("a server without TLS, a certificate and a plugin", Config("client-certificate-data: @ec.cert@\nclient-key-data: @ec.key@\n" + Plugin(), "", server: "@plain@"), Script("exit 9")) { Since = 22 },
        new("a server without a scheme", Config("token: abc", "", server: "127.0.0.1:@plain.port@")),
        new("a server without a scheme, with an authority", Config("token: abc", server: "127.0.0.1:@plain.port@")),
        new("a server of another scheme", Config("token: abc", server: "ftp://127.0.0.1")) { Refusal = "is not an address" },
        new("no server", Config("token: abc", server: "''")) { Refusal = "the cluster has no server" },
        new("an authority in a file", Config("token: abc", "certificate-authority: ../ca.pem")),
        new("an authority that is not there", Config("token: abc", "certificate-authority: /no/ca")) { Refusal = "cannot read /no/ca", TheirRefusal = "no such file" },
        new("an authority that is none", Config("token: abc", "certificate-authority-data: @nonsense@")) { Refusal = "holds no PEM certificate", TheirRefusal = "certificate" },
        new("an authority in data and in a file", Config("token: abc", $"{Authority}\ncertificate-authority: ../ca.pem")) { Refusal = "is given as well", TheirRefusal = "both specified" },
        new("the second authority of a bundle", Config("token: abc", "certificate-authority-data: @bundle@")),
        new("no authority", Config("token: abc", "")) { Refusal = "is not trusted", TheirRefusal = "x509: certificate signed by unknown authority" },
        new("a server of another authority", Config("token: abc", server: "@foreign@")) { Refusal = "which is not the certificate authority of the kubeconfig", TheirRefusal = "x509: certificate signed by unknown authority" },
        new("a server of another name", Config("token: abc", server: "@inner@")) { Refusal = "not for 127.0.0.1", TheirRefusal = "x509:" },
        new("a server past its date", Config("token: abc", server: "@expired@")) { Refusal = "is not valid now", TheirRefusal = "has expired" },
        new("a server that is named in the subject alone", Config("token: abc", server: "https://localhost:@cnonly.port@")) { Refusal = "names no host", TheirRefusal = "x509:" },
        new("tls-server-name", Config("token: abc", $"{Authority}\ntls-server-name: kubernetes.internal", server: "@inner@")),
        new("insecure-skip-tls-verify", Config("token: abc", "insecure-skip-tls-verify: true", server: "@expired@")),
        new("insecure-skip-tls-verify and an authority", Config("token: abc", $"{Authority}\ninsecure-skip-tls-verify: true")) { Refusal = "exclude each other", TheirRefusal = "insecure flag" },
        new("insecure-skip-tls-verify that is a text", Config("token: abc", "insecure-skip-tls-verify: 'true'")) { Refusal = "must be true or false", TheirRefusal = "cannot unmarshal string" },
        new("a server that speaks no TLS", Config("token: abc", server: "https://127.0.0.1:@plain.port@")) { Refusal = "no TLS connection", TheirRefusal = "HTTP response to HTTPS client" },
        new("a server that is not there", Config("token: abc", server: "https://127.0.0.1:1")) { Refusal = "cannot reach 127.0.0.1:1", TheirRefusal = "refused" },

        // Proxies. kubectl never uses the environment's for this machine itself, so that a name has to stand for it.
        new("proxy-url", Proxied("proxy-url: http://@proxy@")),
        new("proxy-url for this machine", Config("token: abc", $"{Authority}\nproxy-url: http://@proxy@")),
        new("proxy-url with SOCKS5", Proxied("proxy-url: socks5://@proxy@")) { Since = 24 },
        new("proxy-url with SOCKS5, a user and a password", Proxied("proxy-url: socks5://jane:p%40ss@@proxy@")) { Since = 24 },
        new("proxy-url over TLS", Proxied("proxy-url: https://@tlsproxy@")),
        new("proxy-url over TLS, for another name", Proxied("proxy-url: https://@wrongproxy@")) { Refusal = "is not trusted", TheirRefusal = "x509:" },
        new("proxy-url of another scheme", Proxied("proxy-url: ftp://@proxy@")) { Refusal = "proxy-url must be", TheirRefusal = "unsupported scheme" },
        new("HTTPS_PROXY", Proxied("")) { Variables = [("HTTPS_PROXY", "http://@proxy@")] },
        new("https_proxy without a scheme", Proxied("")) { Variables = [("https_proxy", "@proxy@")] },
        new("HTTPS_PROXY for this machine", Config("token: abc")) { Variables = [("HTTPS_PROXY", "http://127.0.0.1:1")] },
        new("HTTP_PROXY for TLS", Config("token: abc")) { Variables = [("HTTP_PROXY", "http://127.0.0.1:1")] },
        new("NO_PROXY", Proxied("", "https://127.0.0.1:@main.port@")) { Variables = [("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "10.0.0.0/8,127.0.0.0/8")] },
        new("NO_PROXY for another domain", Proxied("")) { Variables = [("HTTPS_PROXY", "http://@proxy@"), ("NO_PROXY", ".other.test,10.0.0.0/8")] },
        new("proxy-url in spite of NO_PROXY", Proxied("proxy-url: http://@proxy@")) { Variables = [("NO_PROXY", "*")] },

        // Credential plugins
        new("plugin, v1", Config(Plugin()), Script(Says(V1))) { Since = 22 },
        new("plugin, v1beta1", Config(Plugin(V1Beta1, "")), Script(Says(V1Beta1))),
        new("plugin, v1 without interactiveMode", Config(Plugin(V1, "")), Script(Says(V1))) { Refusal = "needs an interactiveMode", TheirRefusal = "interactiveMode must be specified", Since = 22 },
        new("plugin that asks questions where nobody answers", Config(Plugin(V1, "interactiveMode: Always")), Script(Says(V1))) { Refusal = "standard input is not a terminal", TheirRefusal = "standard input is not a terminal", Since = 22 },
        new("plugin with arguments and variables", Config(Plugin(V1, "interactiveMode: Never\n  args: ['a b', '$HOME']\n  env: [{name: GREETING, value: v w}]")), Script(Says(V1, "$1-$2-$GREETING"))) { Since = 22 },
        new("plugin in PATH", Config(Plugin().Replace("./plugin", "my-plugin", StringComparison.Ordinal)), ("bin/my-plugin", Script(Says(V1)).Text)) { Variables = [("PATH", "@dir@/bin:/usr/bin:/bin:/usr/lib/google-cloud-sdk/bin")], Since = 22 },
        new("plugin that is not there", Config(Plugin().Replace("./plugin", "no-such-plugin", StringComparison.Ordinal) + "\n  installHint: get it there")) { Refusal = "get it there", TheirRefusal = "get it there", Since = 22 },
        new("plugin that fails", Config(Plugin()), Script("exit 9")) { Refusal = "exit code 9", TheirRefusal = "exit code 9", Since = 22 },
        new("plugin that says nonsense", Config(Plugin()), Script("echo nonsense")) { Refusal = "not JSON", TheirRefusal = "decoding stdout", Since = 22 },
        new("plugin that speaks another version", Config(Plugin()), Script(Says(V1Beta1))) { Refusal = "not an ExecCredential of", TheirRefusal = "plugin returned version", Since = 22 },
        new("plugin of v1alpha1", Config(Plugin("apiVersion: client.authentication.k8s.io/v1alpha1")), Script("exit 9")) { Refusal = "only client.authentication.k8s.io/v1 and", TheirRefusal = "v1alpha1", Since = 24 },
        new("plugin without credentials", Config(Plugin()), Script("""echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{}}'""")) { Refusal = "neither a token nor", TheirRefusal = "didn't return a token", Since = 22 },
        new("plugin without a command", Config("exec:\n  " + V1 + "\n  interactiveMode: Never")) { Refusal = "exec has no command", TheirRefusal = "command must be specified", Since = 22 },
        new("plugin that hands out a certificate", Config(Plugin()),
            Script("printf '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"clientCertificateData\":\"%s\",\"clientKeyData\":\"%s\"}}' \"$(sed 's/$/\\\\n/' @dir@/ec.cert.pem | tr -d '\\n')\" \"$(sed 's/$/\\\\n/' @dir@/ec.key.pem | tr -d '\\n')\"")) { Since = 22 },
        new("plugin beside a user name", Config("username: jane\npassword: p\n" + Plugin()), Script(Says(V1))) { Since = 22 },
        new("plugin that is told of the cluster", Config(Plugin(V1, "interactiveMode: Never\n  provideClusterInfo: true")), Script(Says(V1, "$(echo \"$KUBERNETES_EXEC_INFO\" | tr -dc 'a-zA-Z0-9' | cksum | cut -d' ' -f1)"))) { Since = 22, },
        new("plugin that the user's settings do not allow", Config(Plugin()), Script(Says(V1)), (".kube/kuberc", "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: DenyAll\n")) { Refusal = "does not allow the credential plugin", TheirRefusal = "DenyAll", Since = 35 },
        new("plugin and auth provider", Config("auth-provider: {name: oidc}\n" + Plugin()), Script(Says(V1))) { Refusal = "the auth provider 'oidc'", TheirRefusal = "authProvider cannot be provided in combination", Since = 22 },
    ];

    private static (string Name, string Text) Config(string user, string cluster = Authority, string server = "@main@", string ns = "default") => (".kube/config",
        $"""
        current-context: test
        contexts:
        - name: test
          context:
            cluster: test
            user: test
            namespace: {ns}
        clusters:
        - name: test
          cluster:
            server: {server}
        {Indented(cluster)}
        users:
        - name: test
          user:
        {Indented(user)}

        """);

    private static (string Name, string Text) Proxied(string cluster, string server = "https://api.cluster.test:@main.port@") => Config("token: abc", $"{Authority}\n{cluster}", server);

    private static (string Name, string Text) Two() => (".kube/config",
        """
        current-context: first
        contexts:
        - {name: first, context: {cluster: first, user: first}}
        - {name: second, context: {cluster: second, user: second, namespace: shop}}
        clusters:
        - {name: first, cluster: {server: "@foreign@", certificate-authority-data: "@foreignca@"}}
        - {name: second, cluster: {server: "@main@", certificate-authority-data: "@ca@"}}
        users:
        - {name: first, user: {token: one}}
        - {name: second, user: {token: two}}

        """);

    private static string Users(string name, string user) => $"users:\n- name: {name}\n  user:\n{Indented(user)}\n";

    private static string Plugin(string version = V1, string more = "interactiveMode: Never") => $"exec:\n  {version}\n  command: ./plugin\n  {more}".TrimEnd();

    private static (string Name, string Text) Script(string lines) => (".kube/plugin", $"#!/bin/sh\n{lines}\n");

    private static string Says(string version, string token = "from-plugin")
        => "printf '{\"apiVersion\":\"" + version["apiVersion: ".Length..] + "\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"" + token + "\"";

    private static string Indented(string lines) => string.Join('\n', lines.Split('\n').Select(line => "    " + line));
}

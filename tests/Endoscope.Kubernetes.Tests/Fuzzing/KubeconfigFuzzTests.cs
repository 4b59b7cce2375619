using System.Text;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Tests.Fuzzing;

[Collection(typeof(Alone))]
public sealed class KubeconfigFuzzTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<byte[]> Corpus = Testing.Fuzzing.Bytes(
        """
        apiVersion: v1
        kind: Config
        current-context: c
        contexts:
        - name: c
          context: {cluster: k, user: u, namespace: n}
        clusters:
        - name: k
          cluster:
            server: https://[fd00::1]:6443/base
            certificate-authority-data: eA==
            tls-server-name: x
            proxy-url: socks5://u:p@proxy:1080
            extensions:
            - name: client.authentication.k8s.io/exec
              extension: &a {level: 3, on: true, list: [1.5, ~, "7"], same: {x: y}}
        users:
        - name: u
          user:
            token: abc
            as: jane
            as-groups: [a, b]
            as-user-extra: {k: [v]}
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./login
              args: ["a b", "$HOME"]
              env: [{name: A, value: b}]
              interactiveMode: Never
              provideClusterInfo: true
        """,
        """{"current-context":"c","contexts":[{"name":"c","context":{"cluster":"x","user":"u"}}],"clusters":[{"name":"x","cluster":{"server":"10.0.0.1:6443","insecure-skip-tls-verify":true}}],"users":[{"name":"u","user":{"username":"u","password":"p"}}]}""",
        "clusters: &c [{name: a, cluster: {server: 'http://a', extensions: [{name: client.authentication.k8s.io/exec, extension: *c}]}}]\n",
        "");

    private static readonly IReadOnlyList<byte[]> Words = Testing.Fuzzing.Bytes(
        "[", "]", "{", "}", ": ", "- ", "\n", "\n  ", "&a ", "*a", "!!str ", "<<: *a", "'", "\"", "|\n", ">\n", "---\n", "...", "%YAML 1.2\n", "\t", "\0", "\uFEFF", "#",
        "name: c", "current-context: c", "server: ", "https://", "exec:", "true", "0x1", "1e999", ".nan", "\ud83d\ude00", "certificate-authority: x", "? ", "\\x", "\\u0000");

    [Fact]
    public void AnyTextIsAKubeconfigOrIsRefusedWithAWord() => Testing.Fuzzing.Run(Corpus, Words, (input, _) =>
    {
        try
        {
            var kubeconfig = KubeconfigParser.Parse(Encoding.UTF8.GetString(input), "/dir/config");
            foreach (var context in kubeconfig.Contexts.Keys.Append("c"))
            {
                Resolve(kubeconfig, context);
            }
        }
        catch (ClusterException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }, output.WriteLine);

    [Fact]
    public void AnyListOfExemptionsIsReadAndAnyPolicyIsOneOrIsRefused() => Testing.Fuzzing.Run(
        Testing.Fuzzing.Bytes("10.0.0.0/8,.example.org,[fd00::1]:443,*.x:1", "credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: a}]"),
        Testing.Fuzzing.Bytes(",", "/", ":", "[", "]", "*", ".", "-1", "99999999999", "fe80::%1"),
        (input, _) =>
        {
            var text = Encoding.UTF8.GetString(input);
            ProxyChoice.IsExempt(new Uri("https://10.1.2.3:6443"), text);
            ProxyChoice.IsExempt(new Uri("https://api.example.org"), text);
            try
            {
                PluginPolicy.Parse(text, "/kuberc");
                ProxyChoice.Choose(new ClusterEntry { ProxyUrl = text }, new Uri("https://x"), _ => null);
            }
            catch (ClusterException e)
            {
                Assert.NotEmpty(e.Message);
            }
        },
        output.WriteLine);

    private static void Resolve(Kubeconfig kubeconfig, string context)
    {
        try
        {
            var plan = ConnectionPlan.Resolve(kubeconfig, new ConnectionOptions { Context = context });
            Assert.True(plan.Server.Scheme is "http" or "https");
            Assert.True((plan.Cluster.PluginConfig?.Length ?? 0) < 1 << 20);
        }
        catch (ClusterException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }
}

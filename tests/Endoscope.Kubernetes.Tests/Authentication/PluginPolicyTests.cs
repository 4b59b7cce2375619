using Endoscope.Kubernetes.Configuration;
using Endoscope.Kubernetes.Tests.Configuration;

namespace Endoscope.Kubernetes.Tests.Authentication;

public sealed class PluginPolicyTests : IDisposable
{
    private readonly TempFiles files = new();

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("credentialPluginPolicy: AllowAll", true)]
    [InlineData("credentialPluginPolicy: DenyAll", false)]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: login}]", true)]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: /opt/login}]", true)]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: other}, {command: alias}]", true)]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: other}]", false)]
    public void LetsRunWhatTheUserLetsRun(string text, bool allowed)
    {
        var policy = PluginPolicy.Parse("apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n" + text, "/kuberc");
        var run = () => policy.Check("login", "/opt/login", name => name == "alias" ? "/opt/login" : null);

        if (allowed)
        {
            run();
        }
        else
        {
            Assert.StartsWith("/kuberc does not allow the credential plugin 'login' to run", Assert.Throws<ClusterException>(run).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("credentialPluginPolicy: Sometimes", "must be AllowAll, DenyAll or Allowlist, not 'Sometimes'")]
    [InlineData("credentialPluginPolicy: Allowlist", "names no plugin")]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: []", "names no plugin")]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{}]", "an entry of credentialPluginAllowlist is empty")]
    [InlineData("credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{command: a/../b}]", "is not a plain path")]
    [InlineData("credentialPluginAllowlist: [{command: login}]", "needs the credentialPluginPolicy Allowlist")]
    [InlineData("credentialPluginPolicy: [", "not valid YAML")]
    public void LetsNoneRunWhereItIsUnclearWhatTheUserLetsRun(string text, string message)
        => Assert.Contains(message, Assert.Throws<ClusterException>(() => PluginPolicy.Parse(text, "/kuberc")).Message, StringComparison.Ordinal);

    [Fact]
    public void FindsTheSettingsWhereKubectlDoes()
    {
        files.Write(".kube/kuberc", "credentialPluginPolicy: DenyAll");
        var other = files.Write("other", "credentialPluginPolicy: AllowAll");

        Assert.NotNull(Load().Allowed);
        Assert.Null(Load(("KUBERC", "off")).Allowed);
        Assert.Null(Load(("KUBERC", other)).Allowed);
        Assert.Throws<ClusterException>(() => Load(("KUBERC", "/no/such")));
    }

    [Fact]
    public void LooksForPluginsInPathAlone()
    {
        files.WriteScript("bin/login", "true");
        files.Write("bin/notes", "");
        var variables = Connecting.Surroundings(("PATH", $":.:relative:{files.Directory}/none:{files.Directory}/bin")).Variable;

        Assert.Equal($"{files.Directory}/bin/login", Kubernetes.Authentication.ProgramPath.Find("login", variables));
        Assert.Equal($"{files.Directory}/bin/login", Kubernetes.Authentication.ProgramPath.Find($"{files.Directory}/bin/login", variables));
        Assert.Null(Kubernetes.Authentication.ProgramPath.Find("notes", variables));
        Assert.Null(Kubernetes.Authentication.ProgramPath.Find("bin/login", variables));
    }

    private PluginPolicy Load(params (string Name, string Value)[] variables)
        => PluginPolicy.Load(Connecting.Surroundings(variables) with { HomeDirectory = files.Directory });
}

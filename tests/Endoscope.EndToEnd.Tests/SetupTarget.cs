using System.Text;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A cluster that was set up for the users of a group.</summary>
public sealed class SetupTarget(Cluster cluster) : IAsyncLifetime
{
    private const string Target =
        """
        apiVersion: v1
        kind: Pod
        metadata: { name: NAME }
        spec:
          terminationGracePeriodSeconds: 1
          securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: RuntimeDefault } }
          containers:
            - name: app
              image: endoscope-lab/static:1
              imagePullPolicy: IfNotPresent
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
        """;

    /// <summary>The namespace of two targets, <c>web</c> and <c>db</c>, which Pod Security restricts.</summary>
    public string Targets => $"{cluster.Namespace}-setup";

    /// <summary>The namespace that setup made.</summary>
    public string DebugPods => $"{cluster.Namespace}-setup-debug";

    /// <summary>The group that it was made for.</summary>
    public string Group => $"{cluster.Namespace}-oncall";

    // A user whom the cluster knows by nothing but the group that setup has bound.
    private string[] User => ["--as", "jane", "--as-group", Group, "--as-group", "system:authenticated", "-n", Targets, "--debug-namespace", DebugPods];

    public async ValueTask InitializeAsync()
    {
        if (!Cluster.IsThere)
        {
            return;
        }

        await Cluster.KubectlAsync("create", "namespace", Targets);
        await Cluster.KubectlAsync("label", "namespace", Targets, "pod-security.kubernetes.io/enforce=restricted");
        foreach (var name in (string[])["web", "db"])
        {
            await Cluster.KubectlAsync(Encoding.UTF8.GetBytes(Target.Replace("NAME", name, StringComparison.Ordinal)), "apply", "-n", Targets, "-f", "-");
        }

        await Cluster.KubectlAsync("wait", "-n", Targets, "--for=condition=Ready", "--timeout=80s", "pod/web", "pod/db");
        Assert.Equal(0, (await SetupAsync("--apply")).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster.IsThere)
        {
            var all = Encoding.UTF8.GetBytes((await SetupAsync()).Stdout);
            await Cluster.KubectlAsync(all, "delete", "--ignore-not-found", "--wait=false", "-f", "-");
            await Cluster.KubectlAsync("delete", "namespace", Targets, "--wait=false");
        }
    }

    /// <summary>Runs scope as that user, for targets there.</summary>
    public Task<CommandResult> ScopeAsync(params string[] args) => Command.RunAsync(Cluster.Scope, [.. User, .. args]);

    /// <summary>Runs kubectl as a user whom setup does not know, on debug pods.</summary>
    public Task<CommandResult> AsMalloryAsync(params string[] args) => Command.RunAsync("kubectl", ["--as", "mallory", "-n", DebugPods, .. args]);

    /// <summary>Runs setup as it was run.</summary>
    public Task<CommandResult> SetupAsync(params string[] args) =>
        Command.RunAsync(Cluster.Scope, ["-n", Targets, "--debug-namespace", DebugPods, "setup", "--group", Group, .. args]);
}

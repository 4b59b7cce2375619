using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

public sealed class DoctorTests(Cluster cluster)
{
    [ClusterFact]
    public async Task FindsNothingInTheWayOfAnAdministratorAndLeavesNothing()
    {
        var result = await Command.RunAsync(Cluster.Scope, ["-n", cluster.Namespace, "doctor"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(@"(?m)^server +ok +https://.*, version v1\.", result.Stdout);
        Assert.Matches(@"(?m)^nodes +(ok|lacking) +.*linux/", result.Stdout);
        Assert.Matches(@"(?m)^rights for shell +ok ", result.Stdout);
        Assert.Matches($@"(?m)^debug pod for everything +ok +namespace {cluster.Namespace} admits it", result.Stdout);
        Assert.Empty(await cluster.PodsAsync("debug-scope-doctor"));
    }

    [ClusterFact]
    public async Task NamesWhatAUserOfFewRightsLacks()
    {
        await Cluster.KubectlAsync("create", "serviceaccount", "few", "-n", cluster.Namespace);
        await Cluster.KubectlAsync("create", "role", "few", "-n", cluster.Namespace, "--verb=get,list", "--resource=pods");
        await Cluster.KubectlAsync("create", "rolebinding", "few", "-n", cluster.Namespace, "--role=few", $"--serviceaccount={cluster.Namespace}:few");
        string[] few = ["-n", cluster.Namespace, "--as", $"system:serviceaccount:{cluster.Namespace}:few", "--as-group", "system:serviceaccounts", "--as-group", "system:authenticated"];

        var result = await Command.RunAsync(Cluster.Scope, [.. few, "-o", "json", "doctor"]);

        Assert.True(result.ExitCode == 1, result.ToString());
        var checks = JsonDocument.Parse(result.Stdout).RootElement.GetProperty("checks").EnumerateArray()
            .ToDictionary(check => check.GetProperty("check").GetString() + check.GetProperty("detail").GetString(), check => check);
        var ping = checks.Values.Single(check => check.GetProperty("check").GetString() == "rights for ping");
        Assert.Equal("problem", ping.GetProperty("result").GetString());
        Assert.Equal("not allowed: watch pods, create pods, create pods/exec, get pods/exec", ping.GetProperty("detail").GetString());
        Assert.Contains("kubectl create role scope", ping.GetProperty("next").GetString(), StringComparison.Ordinal);
        Assert.Equal("ok", checks.Values.Single(check => check.GetProperty("check").GetString() == "rights for list").GetProperty("result").GetString());

        // Beside a target of its own, where no debug pod waits.
        var target = await cluster.TargetAsync("few-rights");
        var pids = await Command.RunAsync(Cluster.Scope, [.. few, "-p", target, "pids"]);
        Assert.True(pids.ExitCode == 3 && pids.Stderr.Contains("create pods", StringComparison.Ordinal), pids.ToString());
    }
}

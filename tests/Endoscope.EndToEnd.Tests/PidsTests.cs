using System.Text.Json;
using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

public sealed class PidsTests(Cluster cluster)
{
    [ClusterFact]
    public async Task ListsTheProcessOfADistrolessTargetThatIsNotRoot()
    {
        var result = await cluster.ScopeAsync("static", "pids");

        Assert.Equal(0, result.ExitCode);
        Assert.StartsWith("PID", result.Lines[0].TrimStart());
        Assert.Matches(@"^\s*\d+\s+1\s+\d+\s+65532\s+S\s.*\s/serve 8080$", Assert.Single(result.Lines[1..]));
    }

    [ClusterFact]
    public async Task PrintsBareNumbersInOneLineForScripts()
    {
        // Others run commands in the shared targets meanwhile.
        var target = await cluster.TargetAsync("pids");
        var quiet = await cluster.ScopeAsync(target, "pids", "-q");
        var json = await cluster.ScopeAsync(target, "pids", "-o", "json");

        var pids = JsonDocument.Parse(json.Stdout).RootElement.GetProperty("processes").EnumerateArray().Select(process => process.GetProperty("pid").GetInt32());
        Assert.Equal(string.Join(' ', pids) + "\n", quiet.Stdout);
        Assert.True(quiet.Stdout.Split(' ').Length >= 3, "sh, httpd and sleep are processes of their own");
    }

    [ClusterFact]
    public async Task NamesProcessesAsTheContainerSeesThem()
    {
        var target = await cluster.TargetAsync("pids");
        var inside = await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, target, "--", "pidof", "httpd");
        var json = await cluster.ScopeAsync(target, "-o", "json", "pids");

        var httpd = JsonDocument.Parse(json.Stdout).RootElement.GetProperty("processes").EnumerateArray()
            .Single(process => process.GetProperty("commandLine")[0].GetString() == "httpd");
        Assert.Equal(int.Parse(inside), httpd.GetProperty("containerPid").GetInt32());
    }

    [ClusterFact]
    public async Task ListsOnlyThoseAskedForByAnyOfTheirNames()
    {
        var target = await cluster.TargetAsync("pids");
        var httpd = (await cluster.ProcessesAsync(target)).Single(process => process.GetProperty("name").GetString() == "httpd");

        foreach (var name in (string[])["httpd", "ht*", $"{httpd.GetProperty("pid").GetInt32()}", $"{httpd.GetProperty("containerPid").GetInt32()}"])
        {
            Assert.Equal($"{httpd.GetProperty("pid").GetInt32()}\n", (await cluster.ScopeAsync(target, "pids", "-q", name)).Stdout);
        }

        var none = await cluster.ScopeAsync(target, "pids", "nginx");
        Assert.Equal(3, none.ExitCode);
        Assert.Contains("no process of the container is 'nginx'; there are ", none.Stderr);
    }

    [ClusterFact]
    public async Task PutsProcessesBelowTheirParents()
    {
        var result = await cluster.ScopeAsync("web", "pids", "--tree");

        Assert.Matches(@"\s/bin/sh -c trap .*$", result.Lines[1]);

        // Other tests run commands in that container meanwhile.
        Assert.Equal(2, result.Lines[2..].Count(line => Regex.IsMatch(line, @"(\|-|`-|\u00e2\u0094\S+) (httpd -p 8080|sleep infinity)")));
    }

    [ClusterFact]
    public async Task TellsOfProcessesThatStartAndEndUntilTheContainerDoes()
    {
        var target = await cluster.TargetAsync("pids-watch");
        using var text = cluster.StartScope(target, "pids", "--watch");
        using var json = cluster.StartScope(target, "-o", "json", "pids", "--watch", "sleep");
        await text.PrintsAsync(@"^running +\d+ +1 .*/bin/sh -c trap");
        await json.PrintsAsync(@"""event"":""running"".*sleep"",""infinity");

        await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, target, "--", "sh", "-c", "timeout 4 sleep 77; true");
        await text.PrintsAsync(@"^started .* sleep 77$");
        await text.PrintsAsync(@"^ended .* sleep 77$");
        await json.PrintsAsync(@"""event"":""ended"".*sleep"",""77");
        await Cluster.KubectlAsync("delete", "pod", "-n", cluster.Namespace, target, "--wait=false");
        var result = await text.EndAsync();

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"(?m)^ended .*/bin/sh -c trap", result.Stdout);
        Assert.Contains("the container has no process any more", result.Stderr);
        Assert.All((await json.EndAsync()).Lines, line => Assert.Contains("sleep", JsonDocument.Parse(line).RootElement.GetProperty("process").GetRawText()));
    }

    [ClusterFact]
    public async Task TakesTheFirstContainerOfSeveralAndSaysSo()
    {
        var result = await cluster.ScopeAsync("two", "pids");

        Assert.Contains("using container first of first, second", result.Stderr);
        Assert.DoesNotContain("/serve", result.Stdout);
    }

    [ClusterFact]
    public async Task TakesTheContainerAskedFor()
    {
        var result = await cluster.ScopeAsync("two", "--container", "second", "pids");

        Assert.EndsWith("/serve 8081", Assert.Single(result.Lines[1..]));
    }

    [ClusterFact]
    public async Task TakesAnInitContainerWhileItRuns()
    {
        var pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"initializing"},"spec":{"terminationGracePeriodSeconds":1,"initContainers":[{"name":"wait","image":"endoscope-lab/busybox:1","imagePullPolicy":"IfNotPresent","command":["/bin/sleep","4321"]}],"containers":[{"name":"app","image":"endoscope-lab/busybox:1","imagePullPolicy":"IfNotPresent"}]}}""";
        await Cluster.KubectlAsync(System.Text.Encoding.UTF8.GetBytes(pod), "apply", "-n", cluster.Namespace, "-f", "-");
        await Cluster.UntilAsync("init container runs", TimeSpan.FromSeconds(60), async () =>
            (await Cluster.KubectlAsync("get", "pod", "-n", cluster.Namespace, "initializing", "-o", "jsonpath={.status.initContainerStatuses[0].state.running}")).Length > 0);

        var wait = await cluster.ScopeAsync("initializing", "--container", "wait", "pids");
        var app = await cluster.ScopeAsync("initializing", "pids");

        Assert.True(wait.ExitCode == 0, wait.ToString());
        Assert.Contains("/bin/sleep 4321", wait.Stdout);
        Assert.Equal(3, app.ExitCode);
        Assert.Contains("container app of pod initializing is not running: PodInitializing", app.Stderr);
        Assert.Contains("--container takes one that runs: wait", app.Stderr);
    }

    [ClusterFact]
    public async Task SeesOnlyTheTargetOfAPodOnTheHostsNetwork()
    {
        var result = await cluster.ScopeAsync("on-host", "pids");

        Assert.EndsWith("/serve 28080", Assert.Single(result.Lines[1..]));
    }

    [ClusterFact]
    public async Task SaysWhatIsWrongWithATargetThatHasNoProcesses()
    {
        await RefusesAsync("crashing", "container app of pod crashing is not running: ");
        await RefusesAsync("finished", "pod finished has finished (Succeeded)");
        await RefusesAsync("nowhere", "pod nowhere is Pending and on no node yet");
        await RefusesAsync("missing", $"there is no pod 'missing' in namespace '{cluster.Namespace}'");
    }

    private async Task RefusesAsync(string target, string why)
    {
        var result = await cluster.ScopeAsync(target, "pids");

        Assert.Equal(3, result.ExitCode);
        Assert.Empty(result.Stdout);
        Assert.StartsWith("scope: error: " + why, result.Stderr);
        Assert.Empty(await cluster.PodsAsync($"debug-{target}"));
    }
}

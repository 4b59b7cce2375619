using System.Security.Cryptography;
using System.Text;

namespace Endoscope.EndToEnd.Tests;

public sealed class ShellTests(Cluster cluster)
{
    [ClusterFact]
    public async Task RunsACommandInTheTargetsNetwork()
    {
        var address = (await cluster.PodAsync("static")).GetProperty("status").GetProperty("podIP").GetString();

        var result = await cluster.ScopeAsync("static", "shell", "ip", "address");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"inet {address}/", result.Stdout);
    }

    [ClusterFact]
    public async Task HasTheTargetsHostName()
    {
        var result = await cluster.ScopeAsync("static", "shell", "uname", "-n");

        Assert.Equal("static\n", result.Stdout);
    }

    [ClusterFact]
    public async Task KeepsEveryWordOfTheCommandAsItIs()
    {
        var result = await cluster.ScopeAsync("web", "shell", "printf", "%s|", "-n", "a b", "$HOME", "--pod", "");

        Assert.Equal("-n|a b|$HOME|--pod||", result.Stdout);
    }

    [ClusterFact]
    public async Task PassesTheExitCodeThrough()
    {
        Assert.Equal(42, (await cluster.ScopeAsync("web", "shell", "--", "sh", "-c", "exit 42")).ExitCode);
        Assert.Equal(137, (await cluster.ScopeAsync("web", "shell", "--", "sh", "-c", "kill -9 $$")).ExitCode);
    }

    [ClusterFact]
    public async Task TakesAClosedStandardInputForAnEmptyOne()
    {
        var result = await Command.RunAsync("sh", ["-c", $"{Cluster.Scope} -n {cluster.Namespace} -p web shell -- wc -c <&-"]);

        Assert.Equal((0, "0\n"), (result.ExitCode, result.Stdout));
    }

    [ClusterFact]
    public async Task FailsToWriteToAClosedStandardOutput()
    {
        var result = await Command.RunAsync("sh", ["-c", $"{Cluster.Scope} -n {cluster.Namespace} -p web shell -- echo lost >&-"]);

        Assert.Equal(4, result.ExitCode);
        Assert.Contains("writing standard output: Bad file descriptor", result.Stderr);
    }

    [ClusterFact]
    public async Task SaysThatItsDebugPodWasDeletedUnderIt()
    {
        var target = await cluster.TargetAsync("shell-deleted");
        using var scope = cluster.StartScope(target, "shell", "--", "sh", "-c", "echo begun; sleep 1000");
        await Cluster.UntilAsync("debug pod running", TimeSpan.FromSeconds(60), async () =>
            (await Command.RunAsync("kubectl", ["exec", "-n", cluster.Namespace, $"debug-{target}", "--", "pgrep", "-fx", "sleep 1000"])).ExitCode == 0);

        await Cluster.KubectlAsync("delete", "pod", "-n", cluster.Namespace, $"debug-{target}", "--wait=false");
        var result = await scope.EndAsync();

        Assert.Equal((4, "begun\n"), (result.ExitCode, result.Stdout));
        Assert.Contains("the command was cut short: its debug container is being ended", result.Stderr);
    }

    [ClusterFact]
    public async Task KeepsOutputAndErrorApart()
    {
        var result = await cluster.ScopeAsync("web", "shell", "--", "sh", "-c", "echo out; echo err >&2");

        Assert.Equal("out\n", result.Stdout);
        Assert.Equal("err\n", result.Stderr);
    }

    [ClusterFact]
    public async Task PipesBytesBothWaysUnchanged()
    {
        var bytes = new byte[20_000_000];
        new Random(1).NextBytes(bytes);

        var result = await cluster.ScopeAsync("web", ["shell", "--", "cat"], bytes);

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), Convert.ToHexString(SHA256.HashData(Encoding.Latin1.GetBytes(result.Stdout))));
    }

    /// <summary>Compressed on the way, and told of as it comes.</summary>
    [ClusterFact]
    public async Task BringsMuchOutputWholeToTheLastByte()
    {
        const string numbers = "seq 1 5000000";
        var local = await Command.RunAsync("bash", ["-c", $"{numbers} | sha256sum"]);
        for (var i = 0; i < 3; i++)
        {
            var result = await Command.RunAsync("bash", ["-c", $"'{Cluster.Scope}' -n {cluster.Namespace} -p web shell -- {numbers} | sha256sum; exit ${{PIPESTATUS[0]}}"]);

            Assert.True(result.ExitCode == 0, result.ToString());
            Assert.Equal(local.Stdout, result.Stdout);
        }
    }

    [ClusterFact]
    public async Task RunsAScriptFromStandardInput()
    {
        var result = await cluster.ScopeAsync("web", ["shell"], "echo one\necho two\nexit 5\n"u8.ToArray());

        Assert.Equal("one\ntwo\n", result.Stdout);
        Assert.Equal(5, result.ExitCode);
    }

    [ClusterFact]
    public async Task SaysWhichToolIsNotThere()
    {
        var result = await cluster.ScopeAsync("web", "shell", "no-such-tool");

        Assert.Equal(127, result.ExitCode);
        Assert.Contains("no-such-tool", result.Stderr);
    }
}

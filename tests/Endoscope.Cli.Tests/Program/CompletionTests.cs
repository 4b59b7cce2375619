using System.Diagnostics;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>What shells are told to offer, and the scripts that make them ask.</summary>
public sealed class CompletionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("scope pi", "pids ping")]
    [InlineData("scope -n shop -t pi", "pids ping")]
    [InlineData("kubectl-scope fs g", "get")]
    [InlineData("scope ping --dest", "--dest-namespace --dest-pod")]
    [InlineData("scope ping --idl", "--idle")]
    [InlineData("scope -o ", "json text")]
    [InlineData("scope -o=", "")]
    [InlineData("scope --output=j", "--output=json")]
    [InlineData("scope completion ", "bash fish kubectl powershell zsh")]
    [InlineData("scope config set i", "idle image")]
    [InlineData("scope config set idle ", "")]
    [InlineData("scope -p web shell c", "")]
    [InlineData("scope -p web shell cat --i", "")]
    [InlineData("scope -p web hping -- --i", "")]
    [InlineData("scope -p ", "db web")]
    [InlineData("scope -n bank -p ", "ledger")]
    [InlineData("scope --namespace=bank --pod=l", "--pod=ledger")]
    [InlineData("scope capture -p db,w", "db,web")]
    [InlineData("scope -p web ping -d d", "db")]
    [InlineData("scope -p web ping -N bank -d ", "ledger")]
    [InlineData("scope strace -p ", "")]
    [InlineData("scope -p deploy/", "deploy/front")]
    [InlineData("scope -p nonsense/", "")]
    [InlineData("scope -n s", "shop")]
    [InlineData("scope --debug-namespace ", "bank shop")]
    [InlineData("scope -p web --container ", "app proxy")]
    [InlineData("scope -p missing --container ", "")]
    [InlineData("scope --context nowhere -p ", "")]
    [InlineData("scope --idle never -p ", "")]
    public async Task OffersWhatFits(string line, string suggestions)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("[suggest]", line);

        Assert.Equal((ExitCode.Done, ""), (outcome.ExitCode, outcome.Stderr));
        Assert.Equal(suggestions, string.Join(' ', outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task LooksOnlyAtWhatIsBeforeTheCursor()
    {
        await using var program = await StartAsync();

        Assert.Equal("pids\nping\n", (await program.RunAsync("[suggest:8]", "scope pi -n shop")).Stdout);
    }

    [Fact]
    public async Task OffersNoDebugPodsAndNoNamesThatAreNone()
    {
        await using var program = await StartAsync();
        await program.RunAsync("-p", "web", "launch");
        program.Server.Pods.AddRunning("shop", "we\e[2Jb");

        var outcome = await program.RunAsync("[suggest]", "scope -p ");

        Assert.Equal("db\nweb\n", outcome.Stdout);
        Assert.Contains(program.Server.Requests, request => request.Headers["Accept"].Contains("as=PartialObjectMetadataList", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaysNothingWhereTheServerRefuses()
    {
        await using var program = await StartAsync();
        program.Server.Answer(_ => ScriptedAnswer.Failure(403, "Forbidden", "no"));

        Assert.Equal(new Outcome(ExitCode.Done, "", ""), await program.RunAsync("[suggest]", "scope -p "));
    }

    [Fact]
    public async Task WaitsForASilentServerOnlyForAMoment()
    {
        await using var program = await StartAsync();
        var silence = new TaskCompletionSource();
        program.Server.Before = _ => silence.Task;
        var clock = Stopwatch.StartNew();

        var outcome = await program.RunAsync("[suggest]", "scope -p ");
        silence.SetResult();

        Assert.Equal(new Outcome(ExitCode.Done, "", ""), outcome);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"took {clock.Elapsed}");
    }

    [Theory]
    [InlineData("scope -n shop -p w", "scope -n shop -p w", "web win", "web win")]
    [InlineData("scope -p 'a b' --pod=w", "scope -p 'a b' --pod=w", "--pod=web --pod=win", "web win")]
    [InlineData("scope ", "scope ", "*", "*")]
    [InlineData("scope -w ./fi", "scope -w ./fi", "", "")]
    public async Task RealBashAsksForTheLineAndOffersTheAnswer(string line, string asked, string answer, string offered)
    {
        await using var program = await StartAsync();
        var script = (await program.RunAsync("completion", "bash")).Stdout;
        var bash = Process.Start(new ProcessStartInfo("bash", ["--norc", "-s", line, answer]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await bash.StandardInput.WriteAsync(
            $$"""
            answer=$2
            scope() { printf '%s\n' "$1" "$2" >&3; for one in $(set -f; printf '%s\n' $answer); do printf '%s\n' "$one"; done; }
            exec 3>&1
            set -f
            {{script}}
            COMP_LINE=$1 COMP_POINT=${#1}
            complete -p scope
            _scope scope "" ""
            (IFS=' '; printf 'offered <%s>\n' "${COMPREPLY[*]}")
            """);
        bash.StandardInput.Close();

        var said = await bash.StandardOutput.ReadToEndAsync(Token);

        Assert.Equal($"complete -o default -F _scope scope\n[suggest]\n{asked}\noffered <{offered}>\n", said);
        Assert.Empty(await bash.StandardError.ReadToEndAsync(Token));
    }

    [Theory]
    [InlineData("zsh", "compdef _scope scope")]
    [InlineData("fish", "complete -c scope")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName scope")]
    [InlineData("kubectl", "exec kubectl-scope '[suggest]' \"scope $*\"")]
    public async Task PrintsAScriptForEachShell(string shell, string part)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("completion", shell);

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Contains(part, outcome.Stdout, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', outcome.Stdout);
    }

    [Fact]
    public async Task NamesTheShellsThereAre()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("completion", "tcsh");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("'powershell'", outcome.Stderr, StringComparison.Ordinal);
    }

    private static async Task<WholeProgram> StartAsync()
    {
        var program = await WholeProgram.StartAsync();
        program.Server.Pods.Remove("shop", "web");
        program.Server.Pods.AddRunning("shop", "web", containers: ["app", "proxy"]);
        program.Server.Pods.AddRunning("shop", "db");
        program.Server.Pods.AddRunning("bank", "ledger");
        program.Server.Objects["/api/v1/namespaces"] = """{"kind":"PartialObjectMetadataList","items":[{"metadata":{"name":"shop"}},{"metadata":{"name":"bank"}}]}""";
        program.Server.Objects["/apis/apps/v1/namespaces/shop/deployments"] = """{"kind":"PartialObjectMetadataList","items":[{"metadata":{"name":"front"}}]}""";
        return program;
    }
}

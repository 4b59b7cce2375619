using System.Text.Json;
using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Cli.Tests.Program;

/// <summary>What scope tells of, and removes of, what it left in the cluster.</summary>
public sealed class FootprintTests
{
    [Fact]
    public async Task ListsWhatIsWhereByWhomAndUntilWhen()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Answer(request => request.Path.EndsWith("/selfsubjectreviews", StringComparison.Ordinal)
            ? new ScriptedAnswer(201, """{"kind":"SelfSubjectReview","status":{"userInfo":{"username":"jane"}}}""")
            : null);
        await program.RunAsync("-p", "web", "launch");

        var outcome = await program.RunAsync("list");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Matches(@"(?m)^shop\s+debug-web\s+web\s+node-1\s+Running\s+\d{4}-\S+ \S+\s+\d{4}-\S+ \S+\s+jane \(\S+@\S+\)$", outcome.Stdout);
    }

    [Fact]
    public async Task ListsAsOneDocumentForAScript()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");

        var items = JsonDocument.Parse((await program.RunAsync("-o", "json", "list")).Stdout).RootElement.GetProperty("items");

        var item = Assert.Single(items.EnumerateArray());
        Assert.Equal("debug-web", item.GetProperty("name").GetString());
        Assert.InRange(item.GetProperty("until").GetDateTimeOffset() - item.GetProperty("since").GetDateTimeOffset(), TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task ListsEphemeralContainersAndCleanupEndsWhatItCannotRemove()
    {
        await using var program = await WholeProgram.StartAsync();
        var ended = 0;
        program.Server.OnExec(async (call, _) =>
        {
            ended += call.Command is ["/usr/bin/endoscope-agent", "end"] ? 1 : 0;
            await call.ExitAsync(0);
        });
        var launched = await program.RunAsync("--mode", "ephemeral", "-p", "web", "launch");
        var name = launched.Stdout.TrimEnd();

        var list = await program.RunAsync("list");
        var cleanup = await program.RunAsync("-p", "web", "-o", "json", "cleanup");

        Assert.Matches("^endoscope-[0-9a-f]{5}$", name);
        Assert.Matches($@"(?m)^shop\s+web/{name}\s+web\s+node-1\s+Running\s+\d{{4}}-\S+ \S+\s+-\s+-$", list.Stdout);
        Assert.Equal(ExitCode.Done, cleanup.ExitCode);
        Assert.Contains($"ephemeral container {name} of pod shop/web cannot be removed and stays in the spec until the pod ends; its process has ended", cleanup.Stderr);
        Assert.Equal(name, JsonDocument.Parse(cleanup.Stdout).RootElement.GetProperty("ephemeral")[0].GetProperty("container").GetString());
        Assert.Equal(1, ended);
    }

    [Fact]
    public async Task SaysThatThereIsNothing()
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync("list", "-A");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Empty(outcome.Stdout);
        Assert.Equal("scope: there is nothing of scope in any namespace\n", outcome.Stderr);
    }

    [Fact]
    public async Task CleansUpInAllNamespacesAndTellsWhere()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Pods.AddRunning("bank", "ledger");
        await program.RunAsync("-p", "web", "launch");
        await program.RunAsync("-n", "bank", "-p", "ledger", "launch");

        var outcome = await program.RunAsync("cleanup", "--all-namespaces");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Equal(["bank/debug-ledger", "shop/debug-web"], outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.NotNull(program.Server.Pods.Find("shop", "web"));
    }

    [Fact]
    public async Task SparesWhatIsYoungerThanAsked()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        program.Server.Pods.AddRunning("shop", "db");
        await program.RunAsync("-p", "db", "launch");
        var old = program.Server.Pods.Find("shop", "debug-db")!;
        old.Metadata.CreationTimestamp = DateTime.UnixEpoch;
        program.Server.Pods.Put(old);

        var outcome = await program.RunAsync("-p", "all", "cleanup", "--older-than", "30m");

        Assert.Equal("debug-db\n", outcome.Stdout);
        Assert.NotNull(program.Server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task TouchesNoPodThatOnlyBearsOurLabels()
    {
        await using var program = await WholeProgram.StartAsync();
        var forged = program.Server.Pods.AddRunning("shop", "database");
        forged.Metadata.Labels = new Dictionary<string, string>
        {
            ["app.kubernetes.io/managed-by"] = "scope",
            ["endoscope/target"] = "web",
            ["endoscope/target-namespace"] = "shop",
        };
        program.Server.Pods.Put(forged);

        var outcome = await program.RunAsync("-p", "all", "cleanup");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.NotNull(program.Server.Pods.Find("shop", "database"));
        Assert.DoesNotContain(program.Server.Requests, request => request.Method == "DELETE");
    }

    [Fact]
    public async Task FindsDebugPodsThatWerePutElsewhereByTheirTargetsNamespace()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("--debug-namespace", "debug", "-p", "web", "launch");
        Assert.NotNull(program.Server.Pods.Find("debug", "debug-shop-web"));

        var other = await program.RunAsync("-n", "bank", "--debug-namespace", "debug", "-p", "all", "cleanup");
        Assert.Empty(other.Stdout);
        var list = await program.RunAsync("--debug-namespace", "debug", "list");
        Assert.Contains("shop/web", list.Stdout);
        var outcome = await program.RunAsync("--debug-namespace", "debug", "-p", "web", "cleanup");

        Assert.Equal("debug-shop-web\n", outcome.Stdout);
        Assert.Null(program.Server.Pods.Find("debug", "debug-shop-web"));
    }

    [Theory]
    [InlineData("-p web cleanup")]
    [InlineData("-p all cleanup")]
    [InlineData("cleanup -A")]
    public async Task CleansUpElsewhereWithoutTheRightToListBesideTheTarget(string line)
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Answer(request => request is { Method: "GET", Path: "/api/v1/namespaces/shop/pods" or "/api/v1/pods" }
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods is forbidden: User \"jane\" cannot list resource \"pods\"")
            : null);
        await program.RunAsync("--debug-namespace", "debug", "-p", "web", "launch");

        var list = await program.RunAsync("--debug-namespace", "debug", "list");
        var outcome = await program.RunAsync(["--debug-namespace", "debug", .. line.Split(' ')]);
        var beside = await program.RunAsync("-p", "web", "cleanup");

        Assert.Contains("debug-shop-web", list.Stdout);
        Assert.Contains("scope: not allowed to list pods in namespace shop: only what is in debug is looked at\n", list.Stderr);
        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Null(program.Server.Pods.Find("debug", "debug-shop-web"));
        Assert.Equal(ExitCode.Cluster, beside.ExitCode);
    }

    [Fact]
    public async Task SweepsWhatHasEndedForOtherTargetsAtTheNextRun()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Pods.AddRunning("shop", "db");
        await program.RunAsync("-p", "db", "launch");
        var ended = program.Server.Pods.Find("shop", "debug-db")!;
        ended.Status = new V1PodStatus { Phase = "Succeeded" };
        program.Server.Pods.Put(ended);

        await program.RunAsync("-p", "web", "launch");

        Assert.Null(program.Server.Pods.Find("shop", "debug-db"));
        Assert.NotNull(program.Server.Pods.Find("shop", "debug-web"));
    }

    [Fact]
    public async Task RefusesATargetTogetherWithAllNamespaces()
    {
        await using var program = await WholeProgram.StartAsync();

        var outcome = await program.RunAsync("-p", "web", "cleanup", "-A");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Empty(program.Server.Requests);
    }
}

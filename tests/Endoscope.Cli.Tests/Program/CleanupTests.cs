using System.Text;
using System.Text.Json;
using Endoscope.Testing.ApiServer;
using k8s.Models;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Quality row 24: cleanup removes exactly what it found, waits until it is gone, and says when something is left.</summary>
public sealed class CleanupTests
{
    [Fact]
    public async Task DeletesOnlyThePodsThatItFound()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        var found = program.Server.Pods.Find("shop", "debug-web")!;
        program.Server.Answer(request =>
        {
            if (request.Method == "DELETE" && program.Server.Pods.Find("shop", "debug-web")?.Uid() == found.Uid())
            {
                // Another scope removes it and makes its own, just before the request comes.
                program.Server.Pods.Remove("shop", "debug-web");
                program.Server.Pods.AddRunning("shop", "debug-web");
            }

            return null;
        });

        var outcome = await program.RunAsync("-p", "web", "cleanup");

        Assert.Equal((ExitCode.Done, "debug-web\n"), (outcome.ExitCode, outcome.Stdout));
        Assert.NotNull(program.Server.Pods.Find("shop", "debug-web"));
        var deletion = Assert.Single(program.Server.Requests, request => request.Method == "DELETE");
        Assert.Equal(found.Uid(), JsonDocument.Parse(deletion.Body).RootElement.GetProperty("preconditions").GetProperty("uid").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task WaitsUntilTheyAreGone()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        LetLinger(program);

        var cleaning = program.RunAsync("-p", "web", "cleanup");
        await UntilAsync(() => program.Server.Pods.Find("shop", "debug-web")!.Metadata.DeletionTimestamp is not null);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var wasWaiting = !cleaning.IsCompleted;
        program.Server.Pods.Remove("shop", "debug-web");
        var outcome = await cleaning;

        Assert.True(wasWaiting);
        Assert.Equal((ExitCode.Done, "debug-web\n"), (outcome.ExitCode, outcome.Stdout));
    }

    [Fact]
    public async Task SaysWhatIsLeft()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        LetLinger(program);

        var text = await program.RunAsync("--timeout", "1s", "-p", "web", "cleanup");
        var json = await program.RunAsync("--timeout", "1s", "-o", "json", "-p", "web", "cleanup");

        Assert.Equal((ExitCode.Cluster, ""), (text.ExitCode, text.Stdout));
        Assert.Equal("scope: error: not all debug pods were gone within 1 s; the rest is still being deleted\n", text.Stderr);
        var document = JsonDocument.Parse(json.Stdout).RootElement;
        Assert.Equal((ExitCode.Cluster, 0), (json.ExitCode, document.GetProperty("removed").GetArrayLength()));
        Assert.Equal("debug-web", Assert.Single(document.GetProperty("left").EnumerateArray()).GetProperty("name").GetString());
    }

    [Fact]
    public async Task IsDoneTheSecondTimeToo()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");

        var first = await program.RunAsync("-p", "web", "cleanup");
        var second = await program.RunAsync("-p", "web", "cleanup");

        Assert.Equal((ExitCode.Done, "debug-web\n"), (first.ExitCode, first.Stdout));
        Assert.Equal((ExitCode.Done, "", "scope: there are no debug pods of web in namespace shop\n"), (second.ExitCode, second.Stdout, second.Stderr));
    }

    [Fact]
    public async Task SaysThatItMayNotDelete()
    {
        await using var program = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        program.Server.Answer(request => request.Method == "DELETE" ? ScriptedAnswer.Failure(403, "Forbidden", "no deleting here") : null);

        var outcome = await program.RunAsync("-p", "web", "cleanup");

        Assert.Equal((ExitCode.Cluster, ""), (outcome.ExitCode, outcome.Stdout));
        Assert.Contains("no deleting here", outcome.Stderr);
    }

    [Fact]
    public async Task SparesTheYoungOfAllNamespaces()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Pods.AddRunning("bank", "ledger");
        program.Server.Pods.AddRunning("bank", "audit");
        await program.RunAsync("-p", "web", "launch");
        await program.RunAsync("-n", "bank", "-p", "ledger", "launch");
        await program.RunAsync("-n", "bank", "-p", "audit", "launch");
        MakeOld(program, "shop", "debug-web");
        MakeOld(program, "bank", "debug-ledger");

        var outcome = await program.RunAsync("cleanup", "--all-namespaces", "--older-than", "30m");

        Assert.Equal(["bank/debug-ledger", "shop/debug-web"], outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.NotNull(program.Server.Pods.Find("bank", "debug-audit"));
    }

    [Fact]
    public async Task KeepsToTheClusterAndNamespaceThatItBeganWith()
    {
        await using var program = await WholeProgram.StartAsync();
        await using var other = await WholeProgram.StartAsync();
        await program.RunAsync("-p", "web", "launch");
        await other.RunAsync("-p", "web", "launch");
        var before = other.Server.Requests.Count;
        var kubeconfig = program.Server.WriteKubeconfig(ns: "shop");
        program.Server.Answer(request =>
        {
            // Another shell changes the current context while this one waits.
            File.Copy(other.Server.WriteKubeconfig(ns: "bank"), kubeconfig, overwrite: true);
            return null;
        });

        var outcome = await program.RunAsync("--kubeconfig", kubeconfig, "-p", "web", "cleanup");

        Assert.Equal((ExitCode.Done, "debug-web\n"), (outcome.ExitCode, outcome.Stdout));
        Assert.Null(program.Server.Pods.Find("shop", "debug-web"));
        Assert.Equal(before, other.Server.Requests.Count);
        Assert.NotNull(other.Server.Pods.Find("shop", "debug-web"));
    }

    // As a kubelet does that has not reported the end of the containers yet.
    private static void LetLinger(WholeProgram program) => program.Server.Answer(request =>
    {
        if (request.Method != "DELETE")
        {
            return null;
        }

        var pod = program.Server.Pods.Find("shop", request.Path.Split('/')[^1])!;
        pod.Metadata.DeletionTimestamp = DateTime.UtcNow;
        program.Server.Pods.Put(pod);
        return new ScriptedAnswer(200, Encoding.UTF8.GetString(Kubernetes.PodJson.Serialize(pod)));
    });

    private static void MakeOld(WholeProgram program, string ns, string name)
    {
        var pod = program.Server.Pods.Find(ns, name)!;
        pod.Metadata.CreationTimestamp = DateTime.UnixEpoch;
        program.Server.Pods.Put(pod);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

using System.Text.Json;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

public sealed class SetupTests
{
    [Fact]
    public async Task PrintsManifestsAndChangesNothing()
    {
        await using var program = await StartAsync();

        var yaml = await program.RunAsync("setup", "--group", "oncall");
        var json = await program.RunAsync("-o", "json", "setup", "--group", "oncall");

        Assert.Equal((ExitCode.Done, ""), (yaml.ExitCode, yaml.Stderr));
        Assert.Contains("\nkind: ValidatingAdmissionPolicyBinding\n", yaml.Stdout, StringComparison.Ordinal);
        Assert.Equal(10, yaml.Stdout.Split("---\n").Length);
        Assert.Equal(10, JsonDocument.Parse(json.Stdout).RootElement.GetProperty("items").GetArrayLength());
        Assert.All(program.Server.Requests, request => Assert.Equal("GET", request.Method));
    }

    [Fact]
    public async Task SaysOfEachObjectWhetherItIsNewOrChangedOrWasThereAlready()
    {
        await using var program = await StartAsync();

        var first = await program.RunAsync("setup", "--group", "oncall", "--apply");
        var again = await program.RunAsync("setup", "--group", "oncall", "--apply");
        var other = await program.RunAsync("setup", "--group", "oncall", "--user", "jane", "--apply");

        Assert.All(first.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.EndsWith(" created", line, StringComparison.Ordinal));
        Assert.Equal(first.Stdout.Replace(" created", " unchanged", StringComparison.Ordinal), again.Stdout);
        Assert.Contains("namespace/endoscope-debug unchanged\n", other.Stdout, StringComparison.Ordinal);
        Assert.Contains("rolebinding/endoscope-debug-target changed\n", other.Stdout, StringComparison.Ordinal);
        Assert.Contains("validatingadmissionpolicy/endoscope-debug-exec changed\n", other.Stdout, StringComparison.Ordinal);
        Assert.Contains("--debug-namespace endoscope-debug -n shop -p POD", other.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsAScriptWhatBecameOfEachObject()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("-o", "json", "setup", "--group", "oncall", "--apply");

        var first = JsonDocument.Parse(outcome.Stdout).RootElement.GetProperty("objects")[0];
        Assert.Equal(("namespace/endoscope-debug", "created"), (first.GetProperty("name").GetString(), first.GetProperty("result").GetString()));
    }

    [Fact]
    public async Task LeavesPoliciesOutAndSaysSoWhereTheServerIsTooOld()
    {
        await using var program = await StartAsync("v1.29.4-gke.1043002");

        var outcome = await program.RunAsync("setup", "--group", "oncall");

        Assert.DoesNotContain("ValidatingAdmissionPolicy", outcome.Stdout, StringComparison.Ordinal);
        Assert.Equal("scope: the server is v1.29.4-gke.1043002: the policies that keep everybody else out of debug pods need 1.30 and are left out\n", outcome.Stderr);
    }

    [Fact]
    public async Task RefusesANamespaceThatWasMadeForSomethingElse()
    {
        await using var program = await StartAsync();
        program.Server.Objects["/api/v1/namespaces/kube-system"] = """{"kind":"Namespace","metadata":{"name":"kube-system","resourceVersion":"1","labels":{"kubernetes.io/metadata.name":"kube-system"}}}""";

        var outcome = await program.RunAsync("--debug-namespace", "kube-system", "setup", "--group", "oncall", "--apply");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.StartsWith("scope: error: namespace kube-system is there already and was not made for debug pods", outcome.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(program.Server.Requests, request => request.Method == "PATCH");
    }

    [Fact]
    public async Task OverwritesNobodyElsesChange()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request is { Method: "PATCH" } && request.Path.Contains("/resourcequotas/", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(409, "Conflict", "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using v1: .spec.hard.pods")
            : null);

        var outcome = await program.RunAsync("setup", "--group", "oncall", "--apply");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Equal("namespace/endoscope-debug created\n", outcome.Stdout);
        Assert.Contains("resourcequota/endoscope-debug-pods was changed by somebody else: Apply failed with 1 conflict", outcome.Stderr, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("setup")]
    [InlineData("--user admin setup")]
    [InlineData("setup --group=")]
    public async Task WantsToBeToldWhoMayUseIt(string line)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(line.Split(' '));

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.StartsWith("scope: error: it is not said who may use scope\n", outcome.Stderr, StringComparison.Ordinal);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task TakesUserBeforeTheCommandForTheKubeconfigs()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("--user", "nobody", "setup", "--user", "jane");

        Assert.Equal(ExitCode.Cluster, outcome.ExitCode);
        Assert.Contains("nobody", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShowsInDoctorOnceDebugPodsHaveANamespace()
    {
        await using var program = await StartAsync();
        program.Server.Objects["/api/v1/nodes"] = """{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[]}""";
        program.Server.Answer(request => request.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal) ? new ScriptedAnswer(201, """{"status":{"allowed":true}}""") : null);

        var before = await program.RunAsync("--debug-namespace", "endoscope-debug", "doctor");
        await program.RunAsync("setup", "--group", "oncall", "--apply");
        var after = await program.RunAsync("--debug-namespace", "endoscope-debug", "doctor");
        program.Server.Answer(request => request.Path.Contains("admissionregistration", StringComparison.Ordinal) ? ScriptedAnswer.Failure(403, "Forbidden", "no") : null);
        var few = await program.RunAsync("--debug-namespace", "endoscope-debug", "doctor");

        Assert.Matches("(?m)^namespace for debug pods +problem +there is no namespace endoscope-debug$", before.Stdout);
        Assert.Matches("(?m)^namespace for debug pods +ok +endoscope-debug was made by scope setup; a policy keeps others out$", after.Stdout);
        Assert.Matches("(?m)^namespace for debug pods +ok +.*; not allowed to look whether a policy keeps others out$", few.Stdout);
    }

    private static async Task<WholeProgram> StartAsync(string version = "v1.36.2")
    {
        var program = await WholeProgram.StartAsync();
        program.Server.Objects["/version"] = $$"""{"gitVersion":"{{version}}"}""";
        return program;
    }
}

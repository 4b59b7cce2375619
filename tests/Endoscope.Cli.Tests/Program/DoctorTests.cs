using System.Text.Json;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

public sealed class DoctorTests
{
    [Fact]
    public async Task FindsNothingInTheWayWhereAllIsAllowed()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("doctor");

        Assert.Equal((ExitCode.Done, "scope: nothing stands in the way\n"), (outcome.ExitCode, outcome.Stderr));
        Assert.Matches(@"(?m)^CHECK +RESULT +WHAT WAS FOUND$", outcome.Stdout);
        Assert.Matches(@"(?m)^server +ok +https://127\.0\.0\.1:\d+/, version v1\.36\.2$", outcome.Stdout);
        Assert.Matches(@"(?m)^credentials +ok +a token$", outcome.Stdout);
        Assert.Matches(@"(?m)^nodes +ok +1 linux/amd64 with containerd://2\.1\.0$", outcome.Stdout);
        Assert.Matches(@"(?m)^rights for ping +ok +get pods, list pods, watch pods, create pods, create pods/exec, get pods/exec$", outcome.Stdout);
        Assert.Matches(@"(?m)^debug pod for everything +ok +namespace shop admits it \(hostPID, .*SYS_PTRACE\)$", outcome.Stdout);
        Assert.DoesNotContain(program.Server.Requests, request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal) && !request.Target.Contains("dryRun=All", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NamesTheRightsThatAreMissingForEachCommandAndTheNextStep()
    {
        await using var program = await StartAsync(denied: "\"verb\":\"create\",\"resource\":\"pods\",\"subresource\":\"exec\"");

        var outcome = await program.RunAsync("-o", "json", "doctor");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        var checks = JsonDocument.Parse(outcome.Stdout).RootElement.GetProperty("checks").EnumerateArray().ToList();
        var shell = checks.Single(check => check.GetProperty("check").GetString() == "rights for shell");
        Assert.Equal(("problem", "not allowed: create pods/exec"), (shell.GetProperty("result").GetString(), shell.GetProperty("detail").GetString()));
        Assert.Equal(
            "have an administrator grant it: kubectl create role scope -n shop --verb=create --resource=pods/exec; "
                + "and bind it: kubectl create rolebinding scope --role=scope --user=NAME, with the same -n",
            shell.GetProperty("next").GetString());
        Assert.Equal("ok", checks.Single(check => check.GetProperty("check").GetString() == "rights for cleanup").GetProperty("result").GetString());
    }

    [Fact]
    public async Task NamesOneStepForAllRightsThatAreMissing()
    {
        await using var program = await StartAsync(denied: "");

        var outcome = await program.RunAsync("doctor");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Matches("(?m)^rights for fs +problem +not allowed: get pods, ", outcome.Stdout);
        Assert.Single(outcome.Stderr.Split('\n'), line => line.Contains("kubectl create role", StringComparison.Ordinal));
        Assert.Contains("kubectl create role scope -n shop --verb=get,list,watch,create,delete --resource=pods,pods/exec; and bind it: ", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaysWhatPodSecurityForbids()
    {
        await using var program = await StartAsync();
        program.Server.Answer(request => request.Target.Contains("dryRun=All", StringComparison.Ordinal) && request.BodyText.Contains("SYS_ADMIN", StringComparison.Ordinal)
            ? ScriptedAnswer.Failure(403, "Forbidden", "pods \"x\" is forbidden: violates PodSecurity \"baseline:latest\"")
            : null);

        var outcome = await program.RunAsync("doctor");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Matches("(?m)^debug pod for pids +ok", outcome.Stdout);
        Assert.Matches("(?m)^debug pod for the network +problem +Pod Security: .*baseline", outcome.Stdout);
        Assert.Contains("scope: next: kubectl label namespace shop pod-security.kubernetes.io/enforce=privileged", outcome.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TellsOfAServerThatIsNotTheRightOneAndGoesNoFurther()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("--tls-server-name", "other.example", "doctor");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Matches("(?m)^server +problem .*not for other.example", outcome.Stdout);
        Assert.DoesNotContain("rights for", outcome.Stdout, StringComparison.Ordinal);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task TellsOfAKubeconfigThatMakesNoSense()
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync("--context", "none", "doctor");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Matches("(?m)^kubeconfig +problem +the kubeconfig has no context 'none'", outcome.Stdout);
        Assert.Contains("scope: next: it has: test", outcome.Stderr, StringComparison.Ordinal);
    }

    private static async Task<WholeProgram> StartAsync(string? denied = null)
    {
        var program = await WholeProgram.StartAsync();
        program.Server.Objects["/version"] = """{"gitVersion":"v1.36.2"}""";
        program.Server.Objects["/api/v1/nodes"] =
            """{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"node-1"},"status":{"nodeInfo":{"operatingSystem":"linux","architecture":"amd64","containerRuntimeVersion":"containerd://2.1.0"}}}]}""";
        program.Server.Answer(request => request.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal)
            ? new ScriptedAnswer(201, $$$"""{"status":{"allowed":{{{(denied is not null && Attributes(request).Contains(denied, StringComparison.Ordinal) ? "false" : "true")}}}}}""")
            : null);
        return program;
    }

    // The order of a model's fields is nobody's business.
    private static string Attributes(RecordedRequest request)
    {
        var attributes = JsonDocument.Parse(request.Body).RootElement.GetProperty("spec").GetProperty("resourceAttributes");
        return string.Join(',', ((string[])["verb", "resource", "subresource"])
            .Where(name => attributes.TryGetProperty(name, out _)).Select(name => $"\"{name}\":\"{attributes.GetProperty(name).GetString()}\""));
    }
}

using System.Runtime.Versioning;
using System.Text.Json;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Settings from the file, the environment and the command line, and what they do to debug pods.</summary>
public sealed class ConfigTests : IAsyncLifetime
{
    private readonly string home = Directory.CreateTempSubdirectory("scope-config-").FullName;
    private WholeProgram program = null!;

    private string SettingsPath => Path.Combine(home, "endoscope", "config.yaml");

    public async ValueTask InitializeAsync()
    {
        program = await WholeProgram.StartAsync();
        program.Variables["XDG_CONFIG_HOME"] = home;
    }

    public async ValueTask DisposeAsync()
    {
        await program.DisposeAsync();
        Directory.Delete(home, recursive: true);
    }

    [Fact]
    public async Task TakesFlagsBeforeVariablesBeforeTheFileBeforeDefaults()
    {
        Write("idle: 1m\ndeadline: 10m\nregcred: mine\n");
        program.Variables["SCOPE_IDLE"] = "2m";
        program.Variables["SCOPE_DEADLINE"] = "20m";
        program.Variables["SCOPE_TIMEOUT"] = "";

        var outcome = await program.RunAsync("--idle", "3m", "config");

        Assert.Equal((ExitCode.Done, ""), (outcome.ExitCode, outcome.Stderr));
        Assert.Matches(@"(?m)^SETTING +VALUE +FROM$", outcome.Stdout);
        Assert.Matches(@"(?m)^idle +3m +--idle$", outcome.Stdout);
        Assert.Matches(@"(?m)^deadline +20m +\$SCOPE_DEADLINE$", outcome.Stdout);
        Assert.Matches($@"(?m)^regcred +mine +{SettingsPath}:3$", outcome.Stdout);
        Assert.Matches(@"(?m)^timeout +60s +default$", outcome.Stdout);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task ShowsThemToAScript()
    {
        Write("labels: {team: sre}\n");

        var document = JsonDocument.Parse((await program.RunAsync("config", "-o", "json")).Stdout).RootElement;

        Assert.Equal((SettingsPath, true), (document.GetProperty("file").GetString(), document.GetProperty("exists").GetBoolean()));
        var labels = document.GetProperty("settings").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "labels");
        Assert.Equal(
            ("team=sre", "file", $"{SettingsPath}:1"),
            (labels.GetProperty("value").GetString(), labels.GetProperty("source").GetString(), labels.GetProperty("place").GetString()));
    }

    [Theory]
    [InlineData("imag: x", "there is no setting 'imag'", "there are: image, ")]
    [InlineData("idle: never", "idle: 'never' is not a time: write 90s, 1.5m, 2h or 500ms, up to 7 days", "--idle on the command line goes before it")]
    [InlineData("labels: {a: [b]}", "labels takes text, a list or a mapping of texts", null)]
    public async Task NamesTheFileAndLineOfWhatIsWrongBeforeItAsksAnything(string line, string message, string? hint)
    {
        Write($"# ours\n{line}\n");

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.StartsWith($"scope: error: {SettingsPath}:2: {message}\n", outcome.Stderr);
        Assert.Contains(hint is null ? "" : $"scope: hint: {hint}", outcome.Stderr);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task NamesTheVariableThatIsWrong()
    {
        program.Variables["SCOPE_LIMITS"] = "cpu";

        var outcome = await program.RunAsync("-p", "web", "pids");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.StartsWith("scope: error: $SCOPE_LIMITS: 'cpu' is not KEY=VALUE\n", outcome.Stderr);
    }

    [Fact]
    public async Task SetsAndUnsetsWhereItTellsTheFileToBe()
    {
        var path = await program.RunAsync("config", "path");
        var set = await program.RunAsync("config", "set", "tolerations", "dedicated:NoExecute,gpu");
        var shown = await program.RunAsync("config");
        await program.RunAsync("config", "set", "idle", "5m");
        var unset = await program.RunAsync("config", "unset", "tolerations");

        Assert.Equal(SettingsPath + "\n", path.Stdout);
        Assert.Equal((ExitCode.Done, ExitCode.Done), (set.ExitCode, unset.ExitCode));
        Assert.Matches($@"(?m)^tolerations +dedicated:NoExecute,gpu +{SettingsPath}:1$", shown.Stdout);
        Assert.Equal("idle: 5m\n", File.ReadAllText(SettingsPath));
        Assert.Equal(["config.yaml"], Directory.GetFiles(Path.GetDirectoryName(SettingsPath)!).Select(Path.GetFileName));
    }

    [Fact]
    public async Task SetsNothingThatMakesNoSense()
    {
        Write("idle: 5m\n");

        var value = await program.RunAsync("config", "set", "idle", "never");
        var key = await program.RunAsync("config", "set", "imag", "x");

        Assert.Equal((ExitCode.Usage, ExitCode.Usage), (value.ExitCode, key.ExitCode));
        Assert.StartsWith("scope: error: idle: 'never' is not a time", value.Stderr);
        Assert.Equal("idle: 5m\n", File.ReadAllText(SettingsPath));
    }

    [Fact]
    public async Task UnsetsAKeyThatIsNone()
    {
        Write("imag: x\nidle: 5m\n");

        var outcome = await program.RunAsync("config", "unset", "imag");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Equal("idle: 5m\n", File.ReadAllText(SettingsPath));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task ChangesWhatALinkPointsToAndKeepsItsMode()
    {
        var real = Path.Combine(home, "dotfiles.yaml");
        File.WriteAllText(real, "idle: 5m\n");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.CreateDirectory(Path.GetDirectoryName(SettingsPath)!);
        File.CreateSymbolicLink(SettingsPath, real);

        await program.RunAsync("config", "set", "deadline", "30m");

        Assert.Equal("idle: 5m\ndeadline: 30m\n", File.ReadAllText(real));
        Assert.Equal(real, new FileInfo(SettingsPath).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(real));
    }

    [Fact]
    public async Task ShowsInTheManifestWhatDebugPodsAreMadeWithAndMakesThemSo()
    {
        Write(
            """
            image: ghcr.io/x/endoscope:1
            registry: mirror.example/ghcr
            labels: {team: sre}
            annotations:
              note: "a, b"
            tolerations: [dedicated=infra:NoExecute]
            requests: {cpu: 50m}
            limits: {memory: 512Mi}
            priority-class: low
            overrides: pod.yaml
            """);
        File.WriteAllText(Path.Combine(home, "endoscope", "pod.yaml"), "spec: {hostNetwork: true}");

        var shown = JsonDocument.Parse((await program.RunAsync("-p", "web", "-o", "json", "launch", "--dry-run")).Stdout).RootElement;
        await program.RunAsync("-p", "web", "launch");
        var made = program.Server.Pods.Find("shop", "debug-web")!;

        Assert.Equal(("sre", "a, b"), (made.Metadata.Labels["team"], made.Metadata.Annotations["note"]));
        Assert.Equal("mirror.example/ghcr/x/endoscope:1", made.Spec.Containers[0].Image);
        Assert.Equal(("infra", "NoExecute"), (made.Spec.Tolerations.Single().Value, made.Spec.Tolerations.Single().Effect));
        Assert.Equal("50m", made.Spec.Containers[0].Resources.Requests.Single().Value.ToString());
        Assert.Equal("512Mi", made.Spec.Containers[0].Resources.Limits.Single().Value.ToString());
        Assert.Equal(("low", true), (made.Spec.PriorityClassName, made.Spec.HostNetwork));
        var sent = program.Server.Requests.Single(request => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal));
        Assert.True(JsonElement.DeepEquals(shown, JsonDocument.Parse(sent.Body).RootElement), sent.BodyText);
    }

    [Fact]
    public async Task UsesADebugPodAgainOnlyWhereItWasMadeWithTheSameSettings()
    {
        var overrides = Path.Combine(home, "pod.json");
        File.WriteAllText(overrides, """{"spec": {"hostNetwork": true}}""");

        var plain = await program.RunAsync("-p", "web", "launch");
        var other = await program.RunAsync("-p", "web", "--overrides", overrides, "launch");
        var again = await program.RunAsync("-p", "web", "--overrides", overrides, "launch", "-o", "json");
        var plainAgain = await program.RunAsync("-p", "web", "launch", "-o", "json");
        var labelled = await program.RunAsync("-p", "web", "--labels", "team=sre", "launch", "-o", "json");

        Assert.Equal("debug-web\n", plain.Stdout);
        Assert.Matches("^debug-web-[0-9a-f]{5}\n$", other.Stdout);
        Assert.Equal((other.Stdout.TrimEnd(), true), Named(again));
        Assert.Equal(("debug-web", true), Named(plainAgain));
        Assert.False(Named(labelled).Reused);

        static (string? Name, bool Reused) Named(Outcome outcome)
        {
            var document = JsonDocument.Parse(outcome.Stdout).RootElement;
            return (document.GetProperty("name").GetString(), document.GetProperty("reused").GetBoolean());
        }
    }

    [Theory]
    [InlineData("spec: {nodeName: node-2}", "pod.yaml: spec.nodeName must not be overridden: a debug pod runs on its target's node")]
    [InlineData("spec: {", "pod.yaml:2: not valid YAML")]
    [InlineData(null, "pod.yaml")]
    public async Task RefusesOverridesThatMakeNoSenseBeforeItAsksAnything(string? text, string message)
    {
        var overrides = Path.Combine(home, "pod.yaml");
        if (text is not null)
        {
            File.WriteAllText(overrides, text);
        }

        var outcome = await program.RunAsync("-p", "web", "--overrides", overrides, "launch");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains(message, outcome.Stderr);
        Assert.Empty(program.Server.Requests);
    }

    [Fact]
    public async Task ReadsNoSettingsForHelp()
    {
        Write("nonsense");

        Assert.Equal(ExitCode.Done, (await program.RunAsync("--help")).ExitCode);
    }

    private void Write(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(SettingsPath)!);
        File.WriteAllText(SettingsPath, text);
    }
}

using Endoscope.Cli.Settings;

namespace Endoscope.Cli.Tests.Settings;

public sealed class SettingsFileTests
{
    [Theory]
    [InlineData("/xdg", "/home/jane", false, false, "/xdg/endoscope/config.yaml")]
    [InlineData("", "/home/jane", false, false, "/home/jane/.config/endoscope/config.yaml")]
    [InlineData("relative", "/home/jane", false, false, "/home/jane/.config/endoscope/config.yaml")]
    [InlineData(null, "/Users/jane", false, true, "/Users/jane/Library/Application Support/endoscope/config.yaml")]
    [InlineData(null, "/ignored", true, false, "/appdata/endoscope/config.yaml")]
    [InlineData(null, null, false, false, null)]
    public void IsWhereThePlatformHasIt(string? xdg, string? home, bool isWindows, bool isMac, string? path)
    {
        var variables = new Dictionary<string, string?> { ["XDG_CONFIG_HOME"] = xdg, ["HOME"] = home, ["APPDATA"] = "/appdata" };

        Assert.Equal(path, SettingsFile.Locate(variables.GetValueOrDefault, isWindows, isMac));
    }

    [Fact]
    public void TakesTextListsAndMappings()
    {
        var entries = SettingsFile.Parse(
            """
            # what we always want
            idle: 300
            labels: {team: sre, cost: "a,b"}
            tolerations:
            - dedicated=infra:NoSchedule
            - gpu
            limits:
              memory: 512Mi
            regcred: ""
            registry: ~
            """,
            "/c.yaml");

        Assert.Equal(
            [
                ("idle", "300", "/c.yaml:2"), ("labels", @"team=sre,cost=a\,b", "/c.yaml:3"), ("tolerations", "dedicated=infra:NoSchedule,gpu", "/c.yaml:4"),
                ("limits", "memory=512Mi", "/c.yaml:7"), ("regcred", "", "/c.yaml:9"), ("registry", "", "/c.yaml:10"),
            ],
            entries.Select(entry => (entry.Key, entry.Value.Text, entry.Value.Place)));
    }

    [Theory]
    [InlineData("idle: 5m\nimag: x", "/c.yaml:2: there is no setting 'imag'")]
    [InlineData("labels: {a: {b: c}}", "/c.yaml:1: labels takes text, a list or a mapping of texts")]
    [InlineData("idle: [", "/c.yaml:2: not valid YAML")]
    [InlineData("idle: 5m\nidle: 6m", "/c.yaml:2: not valid YAML")]
    [InlineData("idle", "/c.yaml:1: not a settings file")]
    [InlineData("idle: 5m\n---\nidle: 6m", "/c.yaml:3: only one document is taken")]
    public void NamesTheLineOfWhatIsWrong(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<UsageException>(() => SettingsFile.Parse(text, "/c.yaml")).Message);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    public void MayBeEmpty(string text) => Assert.Empty(SettingsFile.Parse(text, "/c.yaml"));
}

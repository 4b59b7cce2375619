using Endoscope.Cli.Settings;

namespace Endoscope.Cli.Tests.Settings;

public sealed class SettingsEditTests
{
    private const string Text =
        """
        # ours
        idle: 5m   # short
        labels:
          team: sre
          # inside
          cost: "1"

        # theirs
        image: registry.example/endoscope:1

        """;

    [Fact]
    public void ReplacesAValueAndKeepsWhatIsAroundIt() =>
        Assert.Equal(
            """
            # ours
            idle: 5m   # short
            labels: "team=db,x=1"

            # theirs
            image: registry.example/endoscope:1

            """,
            Set("labels", "team=db,x=1"));

    [Fact]
    public void AddsAtTheEndWhatWasNotThere() => Assert.Equal(Text + "deadline: 30m\n", Set("deadline", "30m"));

    [Fact]
    public void TakesAValueAway() =>
        Assert.Equal(
            """
            # ours
            idle: 5m   # short

            # theirs
            image: registry.example/endoscope:1

            """,
            SettingsEdit.Unset(Text, "/c.yaml", "labels"));

    [Fact]
    public void ChangesNothingWhereThereIsNothingToTakeAway() => Assert.Equal(Text, SettingsEdit.Unset(Text, "/c.yaml", "deadline"));

    [Theory]
    [InlineData("")]
    [InlineData("*")]
    [InlineData("a: b # c")]
    [InlineData("it's \"so\" \\ and\nso")]
    [InlineData("null")]
    [InlineData("mirror.example:5000/hub")]
    [InlineData("a: ü€")]
    public void WritesAnyValueSoThatItReadsTheSame(string value) =>
        Assert.Equal(value == "null" ? "" : value, SettingsFile.Parse(SettingsEdit.Set("", "/c.yaml", "overrides", value), "/c.yaml")["overrides"].Text);

    [Theory]
    [InlineData("{idle: 5m, deadline: 1h}")]
    [InlineData("idle: 5m\n...\n")]
    public void RefusesToChangeWhatItMightSpoil(string text) =>
        Assert.Equal("/c.yaml is written in a form that scope does not change", Assert.Throws<UsageException>(() => SettingsEdit.Set(text, "/c.yaml", "deadline", "2h")).Message);

    private static string Set(string name, string value) => SettingsEdit.Set(Text, "/c.yaml", name, value);
}

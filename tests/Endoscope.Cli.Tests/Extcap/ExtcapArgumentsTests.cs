using Endoscope.Cli.Extcap;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class ExtcapArgumentsTests
{
    [Theory]
    [InlineData(nameof(ExtcapQuestion.Interfaces), "--extcap-interfaces", "--extcap-version=4.0")]
    [InlineData(nameof(ExtcapQuestion.LinkTypes), "--extcap-dlts", "--extcap-interface", "scope")]
    [InlineData(nameof(ExtcapQuestion.Options), "--extcap-config", "--extcap-interface", "scope")]
    [InlineData(nameof(ExtcapQuestion.Options), "--extcap-config", "--extcap-interface", "scope", "--extcap-reload-option", "pod", "--pod", "-")]
    [InlineData(nameof(ExtcapQuestion.Filter), "--extcap-capture-filter", "tcp", "--extcap-interface", "scope")]
    [InlineData(nameof(ExtcapQuestion.Capture), "--capture", "--extcap-interface", "scope", "--extcap-capture-filter", "tcp", "--fifo", "/tmp/f")]
    [InlineData(nameof(ExtcapQuestion.None), "--something-new")]
    public void KnowsTheQuestion(string question, params string[] args) => Assert.Equal(question, ExtcapArguments.Parse(args).Question.ToString());

    [Fact]
    public void TakesValuesWhateverTheyBeginWith()
    {
        var asked = ExtcapArguments.Parse(["--capture", "--extcap-capture-filter", "--odd", "--pod=web=0", "--selector", "", "--container"]);

        Assert.Equal("--odd", asked["--extcap-capture-filter"]);
        Assert.Equal("web=0", asked["--pod"]);
        Assert.Null(asked["--selector"]);
        Assert.Null(asked["--container"]);
    }

    [Fact]
    public void PassesOverWhatItDoesNotKnow()
    {
        var asked = ExtcapArguments.Parse(["--new-thing", "value", "--extcap-later=1", "stray", "--pod", "web", "--extcap-interfaces"]);

        Assert.Equal(ExtcapQuestion.Interfaces, asked.Question);
        Assert.Equal("web", asked["--pod"]);
    }

    [Theory]
    [InlineData(true, "--terminate")]
    [InlineData(true, "--terminate", "true", "--pod", "web")]
    [InlineData(true, "--terminate=true")]
    [InlineData(false, "--terminate", "false")]
    [InlineData(false, "--terminate=false")]
    [InlineData(false, "--pod", "--terminate")]
    public void ReadsFlagsInAllTheirForms(bool expected, params string[] args) => Assert.Equal(expected, ExtcapArguments.Parse(args).Has("--terminate"));
}

using Endoscope.Cli.Extcap;
using Endoscope.Testing;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class ExtcapSentencesTests
{
    [Fact]
    public void NamesInterfacesAndControls() => Golden.Matches(
        "Endoscope.Cli.Tests/Extcap/Sentences/interfaces.txt",
        ExtcapSentences.Interfaces("1.2.3", [new ExtcapValue(ExtcapSentences.InterfaceOf("shop", "web-0"), "Kubernetes pod shop/web-0")]));

    [Fact]
    public void NamesTheOptionsAndTheirValues() => Golden.Matches(
        "Endoscope.Cli.Tests/Extcap/Sentences/options.txt",
        ExtcapOptions.OfAnyPod(new ExtcapChoices(
            [new ExtcapValue("lab", "lab", IsDefault: true)],
            [new ExtcapValue("default", "default"), new ExtcapValue("shop", "shop", IsDefault: true)],
            [new ExtcapValue(ExtcapSentences.NoPod, "choose …", IsDefault: true), new ExtcapValue("deploy/web", "deploy/web (2 pods)")])));

    [Fact]
    public void NamesTheOptionsOfOnePod() => Golden.Matches("Endoscope.Cli.Tests/Extcap/Sentences/options-of-one-pod.txt", ExtcapOptions.OfOnePod());

    [Fact]
    public void LeavesNothingThatWouldEndAValue() =>
        Assert.Equal("value {arg=0}{value=a(b)}{display=a b}{default=false}\n", ExtcapSentences.Values(0, [new ExtcapValue("a{b}", "a\nb")]));

    [Theory]
    [InlineData("scope", null)]
    [InlineData("scope-shop", null)]
    [InlineData("eth0", null)]
    [InlineData("scope-my-shop.web-0", "my-shop/web-0")]
    [InlineData("scope-shop.web.with.dots", "shop/web.with.dots")]
    public void TellsThePodOfAnInterface(string name, string? expected) =>
        Assert.Equal(expected, ExtcapSentences.PodOf(name) is var (ns, pod) ? $"{ns}/{pod}" : null);
}

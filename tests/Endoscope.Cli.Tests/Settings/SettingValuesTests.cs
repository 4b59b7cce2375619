using Endoscope.Cli.Settings;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Tests.Settings;

public sealed class SettingValuesTests
{
    [Fact]
    public void ReadsPairsWhoseValuesMayHaveCommas() =>
        Assert.Equal(
            new Dictionary<string, string> { ["a"] = "1,2=3", ["example.com/b"] = "", ["c"] = @"\" },
            SettingValues.Annotations(@"a=1\,2=3,example.com/b=,c=\\"));

    [Theory]
    [InlineData("a=1,2")]
    [InlineData(@"\")]
    [InlineData("")]
    public void WritesWhatItReadsAsItWas(string item) => Assert.Equal(@"k=" + item, Assert.Single(SettingValues.Annotations(SettingValues.Join([$"k={item}"])).Select(pair => $"{pair.Key}={pair.Value}")));

    [Fact]
    public void ReadsTaintsAsKubectlSpellsThem() =>
        Assert.Equal(
            [new("a", null, null), new("b.c/d", "v", null), new("e", null, "NoExecute"), new Toleration("f", "", "PreferNoSchedule")],
            SettingValues.Tolerations("a,b.c/d=v,e:NoExecute,f=:PreferNoSchedule")!);

    [Fact]
    public void TellsAllTaintsFromNone()
    {
        Assert.Null(SettingValues.Tolerations("*"));
        Assert.Empty(SettingValues.Tolerations("")!);
    }

    [Theory]
    [InlineData("labels", "team", "'team' is not KEY=VALUE")]
    [InlineData("labels", "team=a b", "'a b' is not a label's value")]
    [InlineData("labels", "-a=b", "'-a' is not a key")]
    [InlineData("labels", "endoscope/target=db", "'endoscope/target' is scope's own")]
    [InlineData("labels", "a=1,a=2", "'a' is there twice")]
    [InlineData("annotations", "app.kubernetes.io/managed-by=x", "'app.kubernetes.io/managed-by' is scope's own")]
    [InlineData("tolerations", "a:Never", "'a:Never' is not a taint")]
    [InlineData("tolerations", "*,a", "'*' is not a taint")]
    [InlineData("requests", "cpu=lots", "'lots' is not an amount")]
    [InlineData("limits", "=1", "'' is not a resource")]
    [InlineData("idle", "never", "'never' is not a time")]
    [InlineData("idle", "100ms", "'100ms' is too short: 1 s is the least")]
    [InlineData("deadline", "1m", "'1m' is too short: 3 min is the least")]
    [InlineData("image", "", "it takes an image's name")]
    [InlineData("mode", "sideways", "'sideways' is not a way to get beside a target")]
    [InlineData("debug-namespace", "../x", "'../x' is not the name of a namespace")]
    [InlineData("priority-class", "Low", "'Low' is not the name of a priority class")]
    [InlineData("registry", "https://mirror", "'https://mirror' is not a registry")]
    [InlineData("registry", "mirror/", "'mirror/' is not a registry")]
    public void SaysWhatIsAllowed(string setting, string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<FormatException>(() => KnownSettings.Named(setting).Check(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void HasDefaultsThatReadLikeAnyOtherValue() => Assert.All(KnownSettings.All, setting => setting.Check(setting.Default));

    [Theory]
    [InlineData("agilicus/endoscope:0.1.0", "mirror.example/hub/agilicus/endoscope:0.1.0")]
    [InlineData("docker.io/agilicus/endoscope:0.1.0", "mirror.example/hub/agilicus/endoscope:0.1.0")]
    [InlineData("ghcr.io/x/endoscope@sha256:00", "mirror.example/hub/x/endoscope@sha256:00")]
    [InlineData("localhost/x:1", "mirror.example/hub/x:1")]
    [InlineData("registry:5000/x:1", "mirror.example/hub/x:1")]
    [InlineData("endoscope:1", "mirror.example/hub/library/endoscope:1")]
    [InlineData("docker.io/endoscope", "mirror.example/hub/library/endoscope")]
    [InlineData("mirror.example/hub/agilicus/endoscope:1", "mirror.example/hub/agilicus/endoscope:1")]
    public void PutsTheRegistryInPlaceOfTheImagesOwn(string image, string pulled)
    {
        Assert.Equal(pulled, ImageName.Through(ImageName.ParseRegistry("mirror.example/hub"), image));
        Assert.Equal(image, ImageName.Through(ImageName.ParseRegistry(""), image));
    }
}

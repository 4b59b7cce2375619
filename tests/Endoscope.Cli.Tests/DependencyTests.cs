using System.Xml.Linq;
using Endoscope.Testing;

namespace Endoscope.Cli.Tests;

/// <summary>Holds the picture of docs/architecture.md against the project files.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Endoscope.Cli"] = ["Endoscope.Capture", "Endoscope.Protocol", "Endoscope.Sessions", "Endoscope.Terminal"],
        ["Endoscope.Capture"] = [],
        ["Endoscope.Sessions"] = ["Endoscope.Kubernetes", "Endoscope.Protocol"],
        ["Endoscope.Kubernetes"] = [],
        ["Endoscope.Terminal"] = [],
        ["Endoscope.Protocol"] = [],
        ["Endoscope.Agent"] = ["Endoscope.Protocol"],
    };

    private static string Source => Path.Combine(Repository.Root, "src");

    [Fact]
    public void PointOneWay()
    {
        var actual = Directory.GetDirectories(Source).ToDictionary(folder => Path.GetFileName(folder)!, References);

        Assert.Equal(Allowed.Keys.Order(), actual.Keys.Order());
        Assert.All(actual, project => Assert.Equal(Allowed[project.Key], project.Value));
    }

    [Fact]
    public void KeepKubernetesTypesOutOfTheCommandLine()
    {
        var files = Directory.GetFiles(Path.Combine(Source, "Endoscope.Cli"), "*.cs", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, file => File.ReadAllText(file).Contains("using k8s", StringComparison.Ordinal));
    }

    private static string[] References(string folder) =>
        [.. XDocument.Load(Path.Combine(folder, Path.GetFileName(folder) + ".csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))).Order()];
}

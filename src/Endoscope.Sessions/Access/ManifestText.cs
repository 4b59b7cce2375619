using System.Text.Json;
using System.Text.RegularExpressions;
using Endoscope.Kubernetes;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Sessions.Access;

/// <summary>A manifest as <c>kubectl apply -f -</c> takes it, in both of its forms, each with a final line end.</summary>
public sealed partial record ManifestText(string Yaml, string Json)
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    internal static ManifestText Format(V1Pod pod) => Format(PodJson.Serialize(pod));

    /// <summary>An object's JSON in both forms.</summary>
    internal static ManifestText Format(ReadOnlyMemory<byte> manifest)
    {
        using var document = JsonDocument.Parse(manifest);
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Indented))
        {
            document.WriteTo(writer);
        }

        using var yaml = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(ToYaml(document.RootElement))).Save(yaml, assignAnchors: false);
        return new ManifestText(WithoutDocumentEnd(yaml.ToString()), System.Text.Encoding.UTF8.GetString(json.ToArray()) + "\n");
    }

    private static YamlNode ToYaml(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new YamlMappingNode(
            element.EnumerateObject().Select(member => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(member.Name), ToYaml(member.Value)))),
        JsonValueKind.Array => new YamlSequenceNode(element.EnumerateArray().Select(ToYaml)),
        JsonValueKind.String => new YamlScalarNode(element.GetString()) { Style = StyleOf(element.GetString()!) },
        _ => new YamlScalarNode(element.GetRawText()) { Style = ScalarStyle.Plain },
    };

    // A string that looks like something else stays a string only in quotes.
    private static ScalarStyle StyleOf(string text) => Plain().IsMatch(text) ? ScalarStyle.Any : ScalarStyle.DoubleQuoted;

    private static string WithoutDocumentEnd(string yaml) => yaml.EndsWith("...\n", StringComparison.Ordinal) ? yaml[..^4] : yaml;

    [GeneratedRegex("^(?!(?i:true|false|yes|no|on|off|null|y|n)$)[A-Za-z/][^:#]*$")]
    private static partial Regex Plain();
}

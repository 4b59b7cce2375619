using Endoscope.Kubernetes.Configuration;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Kubernetes;

/// <summary>YAML as people write it for Kubernetes: read by kubectl's rules, and bounded, whatever it holds.</summary>
public static class YamlText
{
    /// <summary>The one document of a text as JSON; <c>null</c> where it is empty. JSON is YAML, too.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">Where it is from, for messages.</param>
    /// <exception cref="ClusterException">It is not valid, or too large; the message names the file and the line.</exception>
    public static string ToJson(string text, string file) =>
        Root(text, file) is { } root ? YamlToJson.Convert(root) ?? throw new ClusterException($"{file} is too large") : "null";

    /// <summary>The one document of a text; null where it is empty.</summary>
    /// <inheritdoc cref="ToJson"/>
    public static YamlNode? Root(string text, string file)
    {
        var documents = KubeconfigParser.Documents(text, file);
        return documents.Count switch
        {
            0 => null,
            1 => documents[0].RootNode,
            _ => throw new ClusterException($"{file}:{documents[1].RootNode.Start.Line}: only one document is taken"),
        };
    }
}

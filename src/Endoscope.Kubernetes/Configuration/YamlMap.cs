using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>A mapping of a kubeconfig file whose fields are read with errors that name the file and the line.</summary>
internal sealed class YamlMap(string file, YamlMappingNode node)
{
    public string Place => PlaceOf(node);

    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode scalar:
                return IsNull(scalar) ? null : IsText(scalar) ? scalar.Value : throw Wrong(scalar, $"{key} must be text: write {key}: \"{scalar.Value}\"");
            case var other:
                throw Wrong(other, $"{key} must be text");
        }
    }

    /// <summary>As <see cref="Text"/>, but an empty text counts as absent, as it does to kubectl.</summary>
    public string? NonEmptyText(string key) => Text(key) is { Length: > 0 } text ? text : null;

    public bool Flag(string key) => Find(key) switch
    {
        null => false,
        YamlScalarNode scalar when IsNull(scalar) => false,
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "true" or "True" or "TRUE" or "y" or "yes" or "on" } => true,
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: "false" or "False" or "FALSE" or "n" or "no" or "off" } => false,
        var other => throw Wrong(other, $"{key} must be true or false, not '{(other as YamlScalarNode)?.Value}'"),
    };

    public byte[]? Base64(string key)
    {
        if (NonEmptyText(key) is not { } text)
        {
            return null;
        }

        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw Wrong(Find(key)!, $"{key} is not valid base64");
        }
    }

    public YamlMap? Map(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar when IsNull(scalar) => null,
        YamlMappingNode mapping => new YamlMap(file, mapping),
        var other => throw Wrong(other, $"{key} must be a mapping"),
    };

    public IEnumerable<YamlMap> Maps(string key) => Items(key).Select(item => item as YamlMappingNode is { } mapping
        ? new YamlMap(file, mapping)
        : throw Wrong(item, $"every entry of {key} must be a mapping"));

    public IReadOnlyList<string> Texts(string key) => Items(key).Select(item => item is YamlScalarNode scalar && IsText(scalar)
        ? scalar.Value ?? ""
        : throw Wrong(item, $"every entry of {key} must be text")).ToList();

    /// <summary>Keys whose values are lists of texts, flattened to pairs.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PairsOfLists()
        => node.Children.Keys.OfType<YamlScalarNode>()
            .SelectMany(key => Texts(key.Value!).Select(value => KeyValuePair.Create(key.Value!, value))).ToList();

    public YamlNode? Find(string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public ClusterException Wrong(string message) => Wrong(node, message);

    private ClusterException Wrong(YamlNode at, string message) => new($"{PlaceOf(at)}: {message}");

    private string PlaceOf(YamlNode at) => string.Create(CultureInfo.InvariantCulture, $"{file}:{at.Start.Line}");

    private IEnumerable<YamlNode> Items(string key) => Find(key) switch
    {
        null => [],
        YamlScalarNode scalar when IsNull(scalar) => [],
        YamlSequenceNode sequence => sequence.Children,
        var other => throw Wrong(other, $"{key} must be a list"),
    };

    // To kubectl a number or a truth value is no text, unless it stands in quotes.
    private static bool IsText(YamlScalarNode scalar)
        => scalar.Style != YamlDotNet.Core.ScalarStyle.Plain || !YamlToJson.IsNumberOrFlag(scalar.Value ?? "");

    private static bool IsNull(YamlScalarNode scalar)
        => scalar.Style == YamlDotNet.Core.ScalarStyle.Plain && scalar.Value is null or "" or "null" or "~";
}

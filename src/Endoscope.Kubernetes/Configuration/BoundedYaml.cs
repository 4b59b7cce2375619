using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>A YAML parser that refuses what is nested so deeply that whoever walks through it would run out of stack.</summary>
internal sealed class BoundedYaml(IParser parser) : IParser
{
    private const int MaxDepth = 100;

    private int depth;

    public ParsingEvent? Current => parser.Current;

    public bool MoveNext()
    {
        if (!parser.MoveNext())
        {
            return false;
        }

        depth += parser.Current?.NestingIncrease ?? 0;
        return depth <= MaxDepth
            ? true
            : throw new YamlException(parser.Current!.Start, parser.Current.End, $"nested more than {MaxDepth} deep");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;

namespace Endoscope.Cli.Tools;

/// <summary>What follows <c>--</c>: a tool's own arguments, kept word by word. Before it a word that is no option is a mistake.</summary>
internal sealed class ToolArguments : Argument<string[]>
{
    private readonly string tool;

    public ToolArguments(string tool)
        : base("arguments")
    {
        this.tool = tool;
        Arity = ArgumentArity.ZeroOrMore;
        HelpName = "-- ARGUMENTS";
        Description = $"Everything after -- goes to {tool} as it is";
    }

    /// <summary>The arguments given.</summary>
    /// <exception cref="UsageException">Some came before <c>--</c>.</exception>
    public IReadOnlyList<string> Read(ParseResult result)
    {
        var words = result.GetValue(this) ?? [];
        var after = result.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).Count(token => token.Type != TokenType.DoubleDash);
        return words.Length == after
            ? words
            : throw new UsageException($"'{words[0]}' is not expected here", $"arguments of {tool} come after --: scope -p POD {result.CommandResult.Command.Name} -- {string.Join(' ', words)}");
    }
}

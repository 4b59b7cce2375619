using System.CommandLine;
using System.CommandLine.Parsing;
using Endoscope.Cli.Settings;
using Endoscope.Sessions;

namespace Endoscope.Cli.Completion;

/// <summary>
/// What a shell may offer for the word that is being written: commands, options and their values, and names from the cluster. A shell asks with
/// <c>scope [suggest:POSITION] "COMMAND LINE"</c>, and is told one suggestion a line; nothing where there is none, whatever the reason.
/// </summary>
internal sealed class Suggestions(Command root, GlobalOptions globals, CommandContext context, IReadOnlySet<string> verbatim)
{
    private const string Directive = "[suggest";

    // Whoever presses a key does not wait for a cluster that cannot be reached.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2);

    /// <summary>The part of the command line that is asked about; null where it is no such question.</summary>
    public static string? Question(IReadOnlyList<string> args)
    {
        if (args is not [var directive, ..] || !directive.StartsWith(Directive, StringComparison.Ordinal) || directive[^1] != ']')
        {
            return null;
        }

        var line = args.Count > 1 ? args[1] : "";
        return directive[Directive.Length..^1] is [':', .. var text] && int.TryParse(text, out var position) && position < line.Length ? line[..position] : line;
    }

    /// <summary>The suggestions for the last word of a line, all beginning with it.</summary>
    public async Task<IReadOnlyList<string>> ForAsync(string line, CancellationToken cancellationToken)
    {
        // The first word is the program.
        List<string> words = [.. CommandLineParser.SplitCommandLine(line).Skip(1)];
        if (line.Length == 0 || char.IsWhiteSpace(line[^1]) || words.Count == 0)
        {
            words.Add("");
        }

        var (before, word) = (words[..^1], words[^1]);
        var read = CommandLineWords.Read(before, root, verbatim);
        if (read.IsForeign)
        {
            return [];
        }

        if (read.Option is { } option)
        {
            return await ValuesAsync(option, word, before[..^1], read.Options, cancellationToken);
        }

        if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
        {
            var values = Argv.Find(word[..equals], read.Command, root) is { } named
                ? await ValuesAsync(named, word[(equals + 1)..], before, read.Options, cancellationToken)
                : [];
            return [.. values.Select(value => word[..(equals + 1)] + value)];
        }

        return Matching(word.StartsWith('-') ? OptionsOf(read.Command) : WordsOf(read), word);
    }

    private static IEnumerable<string> WordsOf(CommandLineWords read) => (read.Command.Name, read.Arguments) switch
    {
        (_, 0) when read.Command.Subcommands.Count > 0 => read.Command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name),
        ("completion", 0) => CompletionScripts.Shells,
        ("set" or "unset", 0) => KnownSettings.All.Select(setting => setting.Name),
        _ => [],
    };

    private IEnumerable<string> OptionsOf(Command command) =>
        command.Options.Concat(root.Options).Where(option => !option.Hidden).Select(option => option.Name).Distinct();

    private async Task<IReadOnlyList<string>> ValuesAsync(
        Option option, string word, IReadOnlyList<string> before, IReadOnlyDictionary<string, string> options, CancellationToken cancellationToken)
    {
        if (option.Name == "--output")
        {
            return Matching(["text", "json"], word);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            var asking = FromClusterAsync(option.Name, word, before, options, limit.Token);
            return await asking.WaitAsync(limit.Token);
        }
        catch (Exception)
        {
            // A key that finds nothing is answer enough, and any word on the terminal would be in the way of what is being written.
            return [];
        }
    }

    private async Task<IReadOnlyList<string>> FromClusterAsync(
        string option, string word, IReadOnlyList<string> before, IReadOnlyDictionary<string, string> options, CancellationToken cancellationToken)
    {
        if (option is not ("--namespace" or "--dest-namespace" or "--debug-namespace" or "--pod" or "--dest-pod" or "--container"))
        {
            return [];
        }

        var request = globals.Bind(root.Parse(Argv.Prepare(before, root, verbatim), ScopeProgram.Parsing), context);
        using var cluster = context.ConnectSilently(request.Connection);
        var names = new ClusterNames(cluster.Api);
        var ns = request.Namespace ?? cluster.DefaultNamespace;
        switch (option)
        {
            case "--pod":
                // Of several, the last is being written.
                var start = word.LastIndexOf(',') + 1;
                return [.. Matching(await names.TargetsAsync(ns, word[start..], cancellationToken), word[start..]).Select(name => word[..start] + name)];
            case "--dest-pod":
                return Matching(await names.TargetsAsync(options.GetValueOrDefault("--dest-namespace", ns), "", cancellationToken), word);
            case "--container":
                return Matching(await names.ContainersAsync(ns, request.Target, cancellationToken), word);
            default:
                return Matching(await names.NamespacesAsync(cancellationToken), word);
        }
    }

    // A name that a terminal would not show as it is, is not one of the cluster's.
    private static string[] Matching(IEnumerable<string> all, string word) =>
        [.. all.Where(one => one.StartsWith(word, StringComparison.Ordinal) && one.All(c => c is > ' ' and <= '~')).Order(StringComparer.Ordinal)];
}

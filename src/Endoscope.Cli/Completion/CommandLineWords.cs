using System.CommandLine;

namespace Endoscope.Cli.Completion;

/// <summary>A command line that is still being written, as far as its words are understood.</summary>
/// <param name="Command">The command that they lead to.</param>
/// <param name="Arguments">How many arguments of that command are written.</param>
/// <param name="Option">The option whose value is being written, or null.</param>
/// <param name="IsForeign">Whether what is being written belongs to another program's command line.</param>
/// <param name="Options">The values of options written so far, by the options' long names.</param>
internal sealed record CommandLineWords(Command Command, int Arguments, Option? Option, bool IsForeign, IReadOnlyDictionary<string, string> Options)
{
    /// <summary>Reads the words before the one that is being written. Pure.</summary>
    /// <param name="verbatim">The commands that take another program's command line.</param>
    public static CommandLineWords Read(IEnumerable<string> words, Command root, IReadOnlySet<string> verbatim)
    {
        var (command, arguments, options) = (root, 0, new Dictionary<string, string>());
        Option? pending = null;
        foreach (var word in words)
        {
            if (pending is not null)
            {
                options[pending.Name] = word;
                pending = null;
            }
            else if (word == "--" || (arguments > 0 && verbatim.Contains(command.Name)))
            {
                return new(command, arguments, null, IsForeign: true, options);
            }
            else if (word.Length > 1 && word[0] == '-')
            {
                pending = Argv.Pending(word, command, root);
                if (pending is null && word.StartsWith("--", StringComparison.Ordinal) && word.Split('=', 2) is [var name, var value])
                {
                    options[name] = value;
                }
            }
            else if (Find(command, word) is { } next)
            {
                command = next;
            }
            else
            {
                arguments++;
            }
        }

        return new(command, arguments, pending, IsForeign: pending is null && arguments > 0 && verbatim.Contains(command.Name), options);
    }

    private static Command? Find(Command command, string word) =>
        command.Subcommands.FirstOrDefault(sub => sub.Name == word || sub.Aliases.Contains(word));
}

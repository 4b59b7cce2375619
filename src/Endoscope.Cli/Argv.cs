using System.CommandLine;

namespace Endoscope.Cli;

/// <summary>Prepares the argument vector for the parser, whose rules differ from ours in a few places. Pure.</summary>
internal static class Argv
{
    // The hping line of the first documentation has this slip in it, which people have copied; no server is called "hop".
    private const string Slip = "-shop";

    /// <summary>
    /// <c>--name=</c> becomes <c>--name ""</c>, which the parser would take for a missing value; and after the first word of a command that
    /// takes another program's command line (<c>shell ls -l</c>) a <c>--</c> keeps the rest as it is.
    /// </summary>
    /// <param name="verbatim">The commands that take another program's command line.</param>
    public static IReadOnlyList<string> Prepare(IReadOnlyList<string> args, Command root, IReadOnlySet<string> verbatim)
    {
        List<string> prepared = [];
        var command = root;
        var isVerbatim = false;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (arg == "--")
            {
                return [.. prepared, .. args.Skip(i)];
            }

            if (arg == Slip && command == root)
            {
                continue;
            }

            if (arg.Length > 1 && arg[0] == '-')
            {
                prepared.Add(arg.StartsWith("--", StringComparison.Ordinal) ? arg.TrimEnd('=') : arg);
                if (arg.StartsWith("--", StringComparison.Ordinal) && arg.EndsWith('='))
                {
                    prepared.Add("");
                }
                else if (Pending(arg, command, root) is not null && i + 1 < args.Count)
                {
                    prepared.Add(args[++i]);
                }
            }
            else if (isVerbatim)
            {
                return [.. prepared, "--", .. args.Skip(i)];
            }
            else
            {
                prepared.Add(arg);
                command = command.Subcommands.FirstOrDefault(sub => sub.Name == arg || sub.Aliases.Contains(arg)) ?? command;
                isVerbatim = verbatim.Contains(command.Name);
            }
        }

        return prepared;
    }

    /// <summary>The option whose value is the next word: it takes one, and none is attached (-nNAME, --name=VALUE); null where there is none.</summary>
    public static Option? Pending(string arg, Command command, Command root)
    {
        if (arg.StartsWith("--", StringComparison.Ordinal))
        {
            return Find(arg, command, root) is { } option && TakesValue(option) ? option : null;
        }

        // A bundle such as -tn: the first that takes a value ends it.
        for (var i = 1; i < arg.Length; i++)
        {
            if (Find($"-{arg[i]}", command, root) is not { } option)
            {
                return null;
            }

            if (TakesValue(option))
            {
                return i == arg.Length - 1 ? option : null;
            }
        }

        return null;
    }

    /// <summary>The option of that name or alias: the command's own, else a global one.</summary>
    public static Option? Find(string name, Command command, Command root) =>
        command.Options.Concat(root.Options).FirstOrDefault(option => option.Name == name || option.Aliases.Contains(name));

    private static bool TakesValue(Option option) => option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;
}

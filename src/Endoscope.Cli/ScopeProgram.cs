using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Endoscope.Cli.Commands;
using Endoscope.Cli.Completion;
using Endoscope.Cli.Extcap;
using Endoscope.Sessions;

namespace Endoscope.Cli;

/// <summary>The whole program but for the process around it, so that tests run it as users do.</summary>
internal static class ScopeProgram
{
    // Their arguments are another program's command line, kept as it is.
    private static readonly HashSet<string> VerbatimCommands = ["shell"];

    private const string Description =
        """
        Looks inside a running Kubernetes pod without touching it.

        scope -n NAMESPACE -p POD ping -c0 -a -g     ping every pod of the namespace from POD, as a live graph
        scope -n NAMESPACE -p POD shell              a shell with all the tools in POD's network
        scope -n NAMESPACE -p POD pids               its processes
        scope -n NAMESPACE -p POD strace             what its first process asks of the kernel
        scope -n NAMESPACE -p POD capture -w FILE    its packets, for Wireshark
        scope -n NAMESPACE -p all cleanup            remove the debug pods, which also end by themselves
        """;

    // A shorter word is close to too many.
    private const int ShortestSlip = 3;

    internal static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Runs one command line.</summary>
    /// <param name="interrupted">The exit code of the signal that has stopped the program, or null.</param>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CommandContext context, Func<int?> interrupted, CancellationToken stop)
    {
        var globals = new GlobalOptions();
        var root = BuildRoot(globals, context);
        if (Suggestions.Question(args) is { } line)
        {
            foreach (var suggestion in await new Suggestions(root, globals, context, VerbatimCommands).ForAsync(line, stop))
            {
                context.Out.WriteLine(suggestion);
            }

            return ExitCode.Done;
        }

        if (ExtcapArguments.Are(args) && LaunchedByWireshark(args, root) is { } launched)
        {
            return await ExtcapProgram.RunAsync(
                [.. args.Skip(launched.Own)],
                () => launched.Options.Errors.Count > 0 ? throw Usage(launched.Options) : globals.Bind(launched.Options, context),
                context,
                stop);
        }

        var result = root.Parse(AsksForHelp(args) ? [.. args.Skip(1), "--help"] : Argv.Prepare(args, root, VerbatimCommands), Parsing);
        try
        {
            if (result.Action is HelpAction)
            {
                HideWhatTheRootExplains(result, globals);
            }
            else if (result.Errors.Count > 0)
            {
                throw Usage(result);
            }

            var code = await result.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = context.Out,
                    Error = context.Status,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                stop);

            // Tools are interrupted whatever the signal was; what ended of that ended by the signal that was received.
            return code == ExitCode.Interrupted && interrupted() is { } received ? received : code;
        }
        catch (Exception e)
        {
            return ErrorReport.Write(e, context, interrupted(), globals.IsDebug(result));
        }
    }

    // scope, scope help and scope help COMMAND.
    private static bool AsksForHelp(IReadOnlyList<string> args) => args is [] or ["help"] or ["help", _];

    // scope OPTIONS extcap WORDS as the launcher has it, or the bare words of Wireshark's, to a link in its folder.
    private static (int Own, ParseResult Options)? LaunchedByWireshark(IReadOnlyList<string> args, RootCommand root)
    {
        var own = args.TakeWhile(arg => !ExtcapArguments.Are([arg]) && arg != "--interface-per-pod").Count();

        // Without a command below it extcap would be wrong; which one does not matter for the options before it.
        var options = root.Parse(Argv.Prepare([.. own == 0 ? ["extcap"] : args.Take(own), "status"], root, VerbatimCommands), Parsing);
        return options.CommandResult.Parent is CommandResult { Command: ExtcapCommand } ? (own, options) : null;
    }

    private static RootCommand BuildRoot(GlobalOptions globals, CommandContext context)
    {
        var root = new RootCommand(Description);
        globals.AddTo(root);
        root.Subcommands.Add(new LaunchCommand(globals, context));
        root.Subcommands.Add(new ListCommand(globals, context));
        root.Subcommands.Add(new CleanupCommand(globals, context));
        root.Subcommands.Add(new PingCommand(globals, context));
        root.Subcommands.Add(new HpingCommand(globals, context));
        root.Subcommands.Add(new PidsCommand(globals, context));
        root.Subcommands.Add(new FsCommand(globals, context));
        root.Subcommands.Add(new IstioCommand(globals, context));
        root.Subcommands.Add(new ShellCommand(globals, context));
        root.Subcommands.Add(new StraceCommand(globals, context));
        root.Subcommands.Add(new GdbCommand(globals, context));
        root.Subcommands.Add(new DoctorCommand(globals, context));
        root.Subcommands.Add(new SetupCommand(globals, context));
        root.Subcommands.Add(new ConfigCommand(globals, context));
        root.Subcommands.Add(new CompletionCommand(context));
        root.Subcommands.Add(new CaptureCommand(globals, context));
        root.Subcommands.Add(new ExtcapCommand(globals, context));
        return root;
    }

    private static void HideWhatTheRootExplains(ParseResult result, GlobalOptions globals)
    {
        if (result.CommandResult.Command is RootCommand)
        {
            return;
        }

        globals.Hide();
        result.CommandResult.Command.Description += "\n\nGlobal options such as -n NAMESPACE and -p POD go before the command: scope --help";
    }

    // The command's words: fs get.
    private static string Path(SymbolResult command) => command.Parent is CommandResult { Command: not RootCommand } parent
        ? $"{Path(parent)} {((CommandResult)command).Command.Name}"
        : ((CommandResult)command).Command.Name;

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\n', '\r', '\t', ' '], StringSplitOptions.RemoveEmptyEntries));

    private static UsageException Usage(ParseResult result)
    {
        var isRoot = result.CommandResult.Command is RootCommand;
        var errors = result.Errors.Select(error => OneLine(error.Message).TrimEnd('.')).Distinct().ToArray();

        // That no command was recognized follows from the word that was not.
        var message = isRoot && errors.Length > 1 ? errors[^1] : string.Join("; ", errors);
        var help = isRoot ? "scope --help shows what it takes" : $"scope {Path(result.CommandResult)} --help shows what it takes";
        return new UsageException(message, Meant(result) is { } question ? $"{question} {help}" : help);
    }

    // The command or option that a word which is none comes close to.
    private static string? Meant(ParseResult result)
    {
        if (result.UnmatchedTokens is not [{ Length: >= ShortestSlip } word, ..])
        {
            return null;
        }

        var command = result.CommandResult.Command;
        if (command.Options.Any(option => option.Name == word))
        {
            return $"{word} goes after {Path(result.CommandResult)}.";
        }

        var known = word.StartsWith("--", StringComparison.Ordinal)
            ? command.Options.Concat(result.RootCommandResult.Command.Options).Select(option => option.Name)
            : command.Subcommands.SelectMany(sub => sub.Aliases.Prepend(sub.Name));
        return CloseNames.Question(CloseNames.Of(word, known.Distinct()));
    }
}

using System.CommandLine;
using Endoscope.Cli.Completion;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope completion</c>: what makes a shell complete scope's command lines.</summary>
internal sealed class CompletionCommand : Command
{
    private readonly Argument<string> shell = new("shell") { HelpName = "SHELL", Description = string.Join(", ", CompletionScripts.Shells) };

    public CompletionCommand(CommandContext context)
        : base("completion", "Print what makes a shell complete scope's command lines: in ~/.bashrc, source <(scope completion bash)")
    {
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        Arguments.Add(shell);
        SetAction(result => context.Out.Write(CompletionScripts.For(result.GetValue(shell)!)));
    }
}

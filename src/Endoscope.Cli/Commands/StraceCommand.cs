using System.CommandLine;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope strace</c>: the system calls of processes of the target's container, live.</summary>
internal sealed class StraceCommand : AttachCommand
{
    // Each thread has to be stopped once to be let go.
    private static readonly TimeSpan TimeToDetach = TimeSpan.FromSeconds(15);

    private readonly Option<string[]> expressions = new("--expression", "-e")
    {
        HelpName = "EXPR",
        Description = "What to show, as for strace -e: open,read or trace=%network, signal=none …; may be repeated",
    };

    private readonly Option<bool> noFollow = new("--no-follow") { Description = "Trace the named process's main thread only: no other threads, no children" };

    public StraceCommand(GlobalOptions globals, CommandContext context)
        : base(AttachTool.Strace, "Show the system calls of the target's processes as they are made; Ctrl-C lets them go on", globals, context)
    {
        Options.Add(expressions);
        Options.Add(noFollow);
    }

    protected override AccessNeeds Needs => AccessNeeds.Trace;

    protected override ToolConversation Conversation(CommandContext context) => new(context) { TakesInput = false, TimeToStop = TimeToDetach };

    protected override IReadOnlyList<string> Plan(ParseResult result, IReadOnlyList<string> arguments) =>
        StracePlan.Arguments(!result.GetValue(noFollow), result.GetValue(expressions) ?? [], arguments);
}

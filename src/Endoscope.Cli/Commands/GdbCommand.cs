using System.CommandLine;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope gdb</c>: a debugger on a process of the target's container, which goes on when the debugger is left.</summary>
internal sealed class GdbCommand : AttachCommand
{
    public GdbCommand(GlobalOptions globals, CommandContext context)
        : base(AttachTool.Gdb, "Debug a process of the target with gdb; it goes on when gdb is left, however that is", globals, context)
    {
    }

    protected override AccessNeeds Needs => AccessNeeds.Debug;

    protected override ToolConversation Conversation(CommandContext context) => new(context);

    protected override IReadOnlyList<string> Plan(ParseResult result, IReadOnlyList<string> arguments) => arguments;
}

using System.CommandLine;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary>A command that attaches a tracing tool to processes of the target's container.</summary>
internal abstract class AttachCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly ToolArguments arguments;
    private readonly Option<string[]> processes = new("--process", "-p")
    {
        HelpName = "PROCESS",
        Description = "Which: a number of `scope pids`, a number in the container, or a name such as nginx or 'work*' (default: the container's first)",
    };

    protected AttachCommand(string tool, string description, GlobalOptions globals, CommandContext context)
        : base(tool, description, globals, context)
    {
        this.context = context;
        arguments = new ToolArguments(tool);
        Options.Add(processes);
        Arguments.Add(arguments);
    }

    /// <summary>What the tool needs to be allowed.</summary>
    protected abstract AccessNeeds Needs { get; }

    /// <summary>How the tool and its user talk.</summary>
    protected abstract ToolConversation Conversation(CommandContext context);

    /// <summary>The tool's arguments, apart from its processes.</summary>
    /// <param name="arguments">What the user gave after <c>--</c>.</param>
    protected abstract IReadOnlyList<string> Plan(ParseResult result, IReadOnlyList<string> arguments);

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var conversation = Conversation(context);
        var attach = new AttachRequest
        {
            Tool = Name,
            Processes = Processes(result),
            Arguments = Plan(result, arguments.Read(result)),
            Environment = conversation.Environment(),
            Terminal = conversation.TakesInput ? conversation.Window : null,
        };

        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, Needs, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(attach, Name, cancellationToken);
        foreach (var process in session.Started?.Attached ?? [])
        {
            context.Tell($"{Name} of process {process.Pid} ({process.ContainerPid} in container {beside.Target.Container}): {Words(process)}");
        }

        return await conversation.RunAsync(session, attach.Terminal, cancellationToken);
    }

    private string[] Processes(ParseResult result)
    {
        var named = result.GetValue(processes) ?? [];
        return named.Contains("")
            ? throw new UsageException("-p names no process", "scope pids lists them")
            : named;
    }

    private static string Words(ProcessRecord process) => process.CommandLine.Count > 0 ? string.Join(' ', process.CommandLine) : process.Name;
}

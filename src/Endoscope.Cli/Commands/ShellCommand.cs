using System.CommandLine;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope shell</c>: a shell, or one command, of the endoscope image in the target's namespaces.</summary>
internal sealed class ShellCommand : TargetCommand
{
    private static readonly string[] Shell = ["bash"];

    // The pod's network, host name and IPC. Not its PID namespace: the debug pod's /proc is the node's, and so are the numbers of `pids`.
    private static readonly string[] Namespaces = ["net", "uts", "ipc"];

    private readonly CommandContext context;
    private readonly Argument<string[]> words = new("command")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "The command to run, kept word by word (default: an interactive bash)",
    };

    // As a shell's own option. Without it -c would be the pull secret's, and what was to be run would be passed over.
    private readonly Option<string> line = new("--line", "-c") { HelpName = "LINE", Description = "Run this line with bash, pipes and all; the command's words are its $0, $1 …" };

    public ShellCommand(GlobalOptions globals, CommandContext context)
        : base("shell", "Open a shell in the target's network, host name and IPC namespaces, or run one command there", globals, context)
    {
        this.context = context;
        Options.Add(line);
        Arguments.Add(words);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        string[] given = [.. result.GetValue(line) is { } script ? (string[])["bash", "-c", script] : [], .. result.GetValue(words) ?? []];
        if (given is ["", ..])
        {
            throw new UsageException("the command to run is empty", "scope shell without one opens an interactive shell");
        }

        var conversation = new ToolConversation(context);
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Everything, anyContainerWillDo: true, cancellationToken);
        var run = new RunRequest
        {
            Argv = given.Length > 0 ? given : Shell,
            Namespaces = Namespaces,
            Environment = new Dictionary<string, string>(conversation.Environment()) { ["SCOPE_PROMPT"] = $"scope:{beside.Target.Namespace}/{beside.Target.Pod}" },
            Terminal = conversation.Window,
        };
        await using var session = await beside.StartAsync(run, "shell", cancellationToken);
        return await conversation.RunAsync(session, run.Terminal, cancellationToken);
    }
}

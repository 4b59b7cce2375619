using System.CommandLine;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;
using Endoscope.Terminal;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope shell</c>: a shell, or one command, of the endoscope image in the target's namespaces.</summary>
internal sealed class ShellCommand : TargetCommand
{
    private static readonly string[] Shell = ["bash"];

    // The pod's network, host name and IPC. Not its PID namespace: the debug pod's /proc is the node's, and so are the numbers of `pids`.
    private static readonly string[] Namespaces = ["net", "uts", "ipc"];

    // What a program on the screen may have set and can no longer undo: alternate screen, hidden cursor, mouse, bracketed paste, colours.
    private static readonly byte[] SaneScreen = "\e[?1049l\e[?25h\e[?1000l\e[?1002l\e[?1003l\e[?1006l\e[?2004l\e[?1l\e>\e[0m\r\n"u8.ToArray();

    private readonly CommandContext context;
    private readonly Argument<string[]> words = new("command")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "The command to run, kept word by word (default: an interactive bash)",
    };

    public ShellCommand(GlobalOptions globals, CommandContext context)
        : base("shell", "Open a shell in the target's network, host name and IPC namespaces, or run one command there", globals, context)
    {
        this.context = context;
        Arguments.Add(words);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        if (result.GetValue(words) is ["", ..])
        {
            throw new UsageException("the command to run is empty", "scope shell without one opens an interactive shell");
        }

        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Everything, anyContainerWillDo: true, cancellationToken);
        var run = Plan(beside.Target, result.GetValue(words) is { Length: > 0 } command ? command : Shell);
        await using var session = await beside.StartAsync(run, "shell", cancellationToken);
        return run.Terminal is null
            ? await PipeAsync(session, ToolRun.TimeToStop, cancellationToken)
            : await InteractAsync(session, cancellationToken);
    }

    private RunRequest Plan(Target target, IReadOnlyList<string> argv)
    {
        var environment = new Dictionary<string, string> { ["SCOPE_PROMPT"] = $"scope:{target.Namespace}/{target.Pod}" };
        foreach (var name in (string[])["TERM", "COLORTERM", "NO_COLOR"])
        {
            if (context.Variable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        var terminal = context.Terminal.IsInputTerminal && context.Terminal.IsOutputTerminal;
        return new RunRequest
        {
            Argv = argv,
            Namespaces = Namespaces,
            Environment = environment,
            Terminal = terminal ? ToProtocol(context.Terminal.Size ?? new WindowSize(80, 24)) : null,
        };
    }

    private async Task<int> InteractAsync(AgentSession session, CancellationToken cancellationToken)
    {
        using var raw = context.Terminal.EnterRawMode();
        using var resizing = context.Terminal.OnResize(size => _ = ResizeAsync(session, size, cancellationToken));
        try
        {
            return await PipeAsync(session, TimeSpan.Zero, cancellationToken);
        }
        catch
        {
            await context.Terminal.StandardOutput.WriteAsync(SaneScreen, CancellationToken.None);
            throw;
        }
    }

    private async Task<int> PipeAsync(AgentSession session, TimeSpan timeToStop, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var input = PassInputAsync(session, over.Token);
        try
        {
            var sink = new ToolSink(context.Terminal.StandardOutput.WriteAsync, context.Terminal.StandardError.WriteAsync);
            return (await ToolRun.ToEndAsync(session, sink, timeToStop, cancellationToken)).ExitCode ?? ExitCode.Cluster;
        }
        finally
        {
            await over.CancelAsync();
            await input;
        }
    }

    private async Task PassInputAsync(AgentSession session, CancellationToken over)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            while (await context.Terminal.StandardInput.ReadAsync(buffer, over) is > 0 and var count)
            {
                await session.SendInputAsync(buffer.AsMemory(0, count), over);
            }

            await session.EndInputAsync(over);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or Kubernetes.ClusterException)
        {
            // The tool has ended, or the connection has, which the reading side reports with its reason.
        }
    }

    private static async Task ResizeAsync(AgentSession session, WindowSize size, CancellationToken cancellationToken)
    {
        try
        {
            await session.ResizeAsync(ToProtocol(size), cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or Kubernetes.ClusterException or ObjectDisposedException)
        {
            // The session is over: there is no window left to fit.
        }
    }

    private static TerminalSize ToProtocol(WindowSize size) => new((ushort)size.Columns, (ushort)size.Rows);
}

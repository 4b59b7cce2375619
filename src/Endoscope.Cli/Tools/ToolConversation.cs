using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Terminal;

namespace Endoscope.Cli.Tools;

/// <summary>A tool's run as its user has it: what it says, what is typed, the window's size, and interrupts.</summary>
internal sealed class ToolConversation(CommandContext context)
{
    // What a program on the screen may have set and can no longer undo: alternate screen, hidden cursor, mouse, bracketed paste, colours.
    private static readonly byte[] SaneScreen = "\e[?1049l\e[?25h\e[?1000l\e[?1002l\e[?1003l\e[?1006l\e[?2004l\e[?1l\e>\e[0m\r\n"u8.ToArray();

    /// <summary>How long an interrupted tool without a terminal may still speak.</summary>
    public TimeSpan TimeToStop { get; init; } = ToolRun.TimeToStop;

    /// <summary>Whether the tool gets what is typed or piped in; else its input ends at once.</summary>
    public bool TakesInput { get; init; } = true;

    /// <summary>The terminal to give the tool, like the user's own; null where input or output is none.</summary>
    public TerminalSize? Window => context.Terminal is { IsInputTerminal: true, IsOutputTerminal: true }
        ? ToProtocol(context.Terminal.Size ?? new WindowSize(80, 24))
        : null;

    /// <summary>The variables that tell a tool what the user's terminal can do.</summary>
    public Dictionary<string, string> Environment()
    {
        var environment = new Dictionary<string, string>();
        foreach (var name in (string[])["TERM", "COLORTERM", "NO_COLOR"])
        {
            if (context.Variable(name) is { Length: > 0 } value)
            {
                environment[name] = value;
            }
        }

        return environment;
    }

    /// <summary>Carries it to the tool's end.</summary>
    /// <param name="terminal">The terminal that the tool was given, or null.</param>
    /// <returns>The tool's exit code.</returns>
    /// <exception cref="OperationCanceledException">It was stopped and said no more.</exception>
    public Task<int> RunAsync(AgentSession session, TerminalSize? terminal, CancellationToken cancellationToken) =>
        terminal is null ? PipeAsync(session, TimeToStop, cancellationToken) : InteractAsync(session, cancellationToken);

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
            while (TakesInput && await context.Terminal.StandardInput.ReadAsync(buffer, over) is > 0 and var count)
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

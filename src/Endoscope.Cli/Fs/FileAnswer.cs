using System.Text;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Terminal;

namespace Endoscope.Cli.Fs;

/// <summary>Reads an agent's answer about files to its end; what was left out goes to standard error.</summary>
internal sealed class FileAnswer(CommandContext context)
{
    private readonly LineSplitter lines = new();

    /// <summary>Whether something was left out.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>Done, or not all of it.</summary>
    public int ExitCode => IsIncomplete ? Cli.ExitCode.Negative : Cli.ExitCode.Done;

    /// <summary>Hands on every frame that carries something.</summary>
    public async Task ReadAsync(AgentSession session, Func<Frame, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        while (await session.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.Type == FrameType.Error)
            {
                TellProblems(frame.Payload.Span);
            }
            else
            {
                await take(frame, cancellationToken);
            }
        }
    }

    /// <summary>Says what was left out, and that something was.</summary>
    public void TellProblem(string line)
    {
        IsIncomplete = true;
        context.Tell(line);
    }

    private void TellProblems(ReadOnlySpan<byte> bytes)
    {
        foreach (var line in lines.Add(bytes))
        {
            TellProblem(line);
        }
    }
}

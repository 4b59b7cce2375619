using Endoscope.Agent.Files;
using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Carries an answer that comes bit by bit to the client, each bit made when the client can take it.</summary>
internal sealed class AnswerRelay(IEnumerator<Answer> answers, ClientLink client) : IDisposable
{
    // So that the client is heard between them.
    private const int AtOnce = 16;

    /// <summary>Payload bytes of all output frames.</summary>
    public long OutputBytes { get; private set; }

    /// <summary>Payload bytes of all error frames.</summary>
    public long ErrorBytes { get; private set; }

    /// <summary>Whether nothing follows.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What kept the answer from being whole.</summary>
    public AgentError? Failure { get; private set; }

    /// <summary>Passes on some of it, as far as the client takes it.</summary>
    public void Pass()
    {
        for (var sent = 0; sent < AtOnce && !IsOver && client is { IsFree: true, IsGone: false }; sent++)
        {
            IsOver = !TryMakeNext();
            if (!IsOver)
            {
                var (type, payload) = answers.Current;
                OutputBytes += type == FrameType.Output ? payload.Length : 0;
                ErrorBytes += type == FrameType.Error ? payload.Length : 0;
                client.Send(type, payload.Span);
            }
        }
    }

    public void Dispose() => answers.Dispose();

    private bool TryMakeNext()
    {
        try
        {
            return answers.MoveNext();
        }
        catch (AgentException exception)
        {
            Failure = exception.Error;
        }
        catch (Exception exception) when (exception is NativeException or IOException)
        {
            Failure = new AgentError(AgentErrorCode.Internal, exception.Message);
        }

        return false;
    }
}

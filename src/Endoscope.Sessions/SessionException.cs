namespace Endoscope.Sessions;

/// <summary>Something expected keeps us from looking into the target. One line that says what, with what; it may quote hostile text.</summary>
public class SessionException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the user can do about it.</summary>
    public string? Hint { get; } = hint;
}

/// <summary>The agent answered that it could not do what was asked.</summary>
/// <param name="code">One of <see cref="Protocol.AgentErrorCode"/>.</param>
public sealed class AgentException(string code, string message, string? hint) : SessionException(message, hint)
{
    /// <summary>One of <see cref="Protocol.AgentErrorCode"/>.</summary>
    public string Code { get; } = code;
}

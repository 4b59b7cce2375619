namespace Endoscope.Sessions;

/// <summary>The agent's process ended, or never began, without saying why in the protocol.</summary>
public sealed class AgentEndedException(string message)
    : SessionException(message, "is the image an endoscope image of this version? scope cleanup removes the debug pod; --image names another image");

internal static class AgentHints
{
    internal static string? For(string code) => code switch
    {
        Protocol.AgentErrorCode.NoProcess or Protocol.AgentErrorCode.TargetGone => "the container may have just restarted: try again",
        Protocol.AgentErrorCode.Dismissed => "the same command again makes a new one",
        Protocol.AgentErrorCode.Guard => "scope istio status shows how it is now, scope istio close puts it back",
        Protocol.AgentErrorCode.Refused => "scope cleanup, then the command again, makes a debug pod with the rights that it needs",
        Protocol.AgentErrorCode.NoSuchProcess => "scope pids lists the container's processes; give a number of either kind, or a name",
        Protocol.AgentErrorCode.Protocol => "the image is of another version than scope: --image or SCOPE_IMAGE names the right one",
        _ => null,
    };
}

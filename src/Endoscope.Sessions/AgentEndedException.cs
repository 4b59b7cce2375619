namespace Endoscope.Sessions;

/// <summary>The agent's process ended, or never began, without saying why in the protocol.</summary>
/// <param name="exitCode">The exit code of its process, where that is known.</param>
public sealed class AgentEndedException(string message, int? exitCode) : SessionException(message, exitCode == Killed
    ? "it was killed: for want of memory, or, in an ephemeral container, since the target's container ended; the same command again makes another"
    : "is the image an endoscope image of this version? scope cleanup removes the debug pod; --image names another image")
{
    private const int Killed = 137;

    /// <summary>The exit code of its process, or null: then the container runtime never had one.</summary>
    public int? ExitCode => exitCode;
}

internal static class AgentHints
{
    internal static string? For(string code) => code switch
    {
        Protocol.AgentErrorCode.NoProcess or Protocol.AgentErrorCode.TargetGone => "the container may have just restarted: try again",
        Protocol.AgentErrorCode.Dismissed => "the same command again makes a new one",
        Protocol.AgentErrorCode.Guard => "scope istio status shows how it is now, scope istio close puts it back",
        Protocol.AgentErrorCode.Refused => "scope cleanup, then the command again, without --profile, is given the rights that it needs",
        Protocol.AgentErrorCode.NoSuchProcess => "scope pids lists the container's processes; give a number of either kind, or a name",
        Protocol.AgentErrorCode.Protocol => "the image is of another version than scope: --image or SCOPE_IMAGE names the right one",
        _ => null,
    };
}

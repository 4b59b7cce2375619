using System.Net;

namespace Endoscope.Kubernetes;

/// <summary>Something expected went wrong on the way to the cluster or in it. The message is one line and says with what; it may quote hostile text.</summary>
public class ClusterException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What the user can do about it, if anything is known.</summary>
    public string? Hint { get; } = hint;
}

/// <summary>What was given as the name of something cannot be one; nothing was sent.</summary>
public sealed class InvalidNameException(string message) : ClusterException(message);

/// <summary>The API server answered with a failure.</summary>
public sealed class ApiStatusException(HttpStatusCode code, string? reason, string message, string? hint = null)
    : ClusterException(message, hint)
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Code { get; } = code;

    /// <summary>The machine-readable reason of the server's Status object, such as <c>NotFound</c> or <c>AlreadyExists</c>.</summary>
    public string? Reason { get; } = reason;
}

/// <summary>An established connection ended, or fell silent, before the remote side said that it was done.</summary>
public sealed class ConnectionLostException(string message, Exception? inner = null, string? hint = null) : ClusterException(message, hint, inner);

using System.Net;
using Endoscope.Kubernetes;

namespace Endoscope.Sessions.Access;

/// <summary>What an API server's refusal of a way in means, and what the ways out are. Pure.</summary>
internal static class AccessRefusal
{
    /// <summary>Whether the server understood and said no (rights, Pod Security, a quota, a webhook), rather than being busy or gone.</summary>
    public static bool IsRefusal(ApiStatusException e) =>
        e.Code is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.NotAcceptable;

    /// <summary>The refusal of a debug pod.</summary>
    /// <param name="ns">The namespace that it was to be put into.</param>
    public static SessionException OfDebugPod(ApiStatusException e, string ns) => IsPodSecurity(e)
        ? new SessionException(
            $"Pod Security of namespace {ns} refuses the debug pod: {e.Message}",
            "--mode ephemeral needs less; --debug-namespace NAMESPACE puts debug pods where they are allowed, and scope setup makes such a namespace",
            e)
        : new SessionException(e.Message, e.Hint, e);

    /// <summary>The refusal of an ephemeral container.</summary>
    /// <param name="ns">The target's namespace.</param>
    public static SessionException OfEphemeral(ApiStatusException e, string ns) => IsPodSecurity(e)
        ? new SessionException(
            $"Pod Security of namespace {ns} refuses the ephemeral container: {e.Message}",
            "--profile baseline or --profile restricted asks for less, which not every command can do with; "
                + "--mode pod --debug-namespace NAMESPACE looks in from a namespace where debug pods are allowed",
            e)
        : new SessionException(e.Message, e.Hint, e);

    private static bool IsPodSecurity(ApiStatusException e) =>
        e.Message.Contains("PodSecurity", StringComparison.Ordinal) || e.Message.Contains("violates", StringComparison.Ordinal);
}

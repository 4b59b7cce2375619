using Endoscope.Kubernetes;

namespace Endoscope.Sessions.Access;

/// <summary>How one gets beside a target.</summary>
public enum AccessMode
{
    /// <summary>A debug pod on its node.</summary>
    Pod,

    /// <summary>An ephemeral container in it.</summary>
    Ephemeral,

    /// <summary>The first of these that is there already, else the first that the cluster allows.</summary>
    Auto,
}

/// <summary>The way in of each mode.</summary>
public static class AccessModes
{
    /// <summary>The way in.</summary>
    /// <param name="profile">The rights of an ephemeral container; null for the least that a command works with.</param>
    /// <param name="tell">Takes what the user should know of: what was chosen, what stays behind, what could not be removed.</param>
    public static IAccess Open(AccessMode mode, IClusterApi api, DebugPodOptions options, EphemeralProfile? profile, TimeProvider time, Action<string> tell)
    {
        var pod = new DebugPodAccess(api, options, time, tell);
        var ephemeral = new EphemeralAccess(api, options, profile, time, tell);
        return mode switch
        {
            AccessMode.Pod => pod,
            AccessMode.Ephemeral => ephemeral,
            _ when profile is not null => new AutoAccess([("a debug pod", pod), ("an ephemeral container", ephemeral)], tell),
            _ => new AutoAccess(
                [
                    ("a debug pod", pod),
                    ("an ephemeral container", ephemeral),
                    ("an ephemeral container of the profile baseline", new EphemeralAccess(api, options, EphemeralProfile.Baseline, time, tell)),
                ],
                tell),
        };
    }
}

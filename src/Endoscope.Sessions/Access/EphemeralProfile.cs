namespace Endoscope.Sessions.Access;

/// <summary>The rights of an ephemeral container, named as <c>kubectl debug --profile</c> names them and with its meaning for the capabilities.</summary>
public enum EphemeralProfile
{
    /// <summary>What the container runtime gives to any container, and SYS_PTRACE.</summary>
    General,

    /// <summary>What the container runtime gives to any container: as much as the Pod Security Standard <c>baseline</c> admits.</summary>
    Baseline,

    /// <summary>Nothing, and not root: what the Pod Security Standard <c>restricted</c> admits.</summary>
    Restricted,

    /// <summary>What the container runtime gives to any container, NET_ADMIN and NET_RAW.</summary>
    NetAdmin,

    /// <summary>Everything: privileged.</summary>
    SysAdmin,
}

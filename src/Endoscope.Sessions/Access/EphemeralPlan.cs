using System.Globalization;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>The ephemeral container that will be added to a target, computed without side effects.</summary>
public static class EphemeralPlan
{
    /// <summary>What the names of ours begin with.</summary>
    public const string Prefix = "endoscope-";

    /// <summary>Of the capabilities that commands need, those which container runtimes give to any container (CRI-O withholds NET_RAW).</summary>
    internal static readonly string[] GivenByRuntimes = ["DAC_OVERRIDE", "KILL", "NET_RAW"];

    // Nobody in particular, where the restricted profile needs a user and the target names none.
    private const long Nobody = 65532;

    /// <summary>A name of our own.</summary>
    /// <param name="salt">Makes it different from others; random.</param>
    public static string NameFor(Guid salt) => Prefix + salt.ToString("N")[..5];

    /// <summary>The container.</summary>
    /// <param name="pod">The pod that it is for.</param>
    /// <param name="profile">Its rights; null for the least that the command works with.</param>
    public static V1EphemeralContainer Container(V1Pod pod, Target target, string name, AccessNeeds needs, DebugPodOptions options, EphemeralProfile? profile) => new()
    {
        Name = name,
        Image = options.Image,
        ImagePullPolicy = "IfNotPresent",
        Command = [DebugPodPlan.AgentPath, "wait", "--idle", ((long)options.Idle.TotalSeconds).ToString(CultureInfo.InvariantCulture)],
        Env = Environment(),
        SecurityContext = Security(pod, target, needs, profile),

        // One that does not run has no PID namespace to share; the pod's network is there without it.
        TargetContainerName = target.ContainerId is null ? null : target.Container,
    };

    // It can have no volume of its own. With a read-only root, what a runtime mounts at /dev is the one place that it may write to and shares with nobody.
    private static V1EnvVar[] Environment() =>
    [
        new() { Name = "HOME", Value = "/tmp" },
        new() { Name = "TMPDIR", Value = "/dev" },
        new() { Name = "XTABLES_LOCKFILE", Value = "/dev/xtables.lock" },
    ];

    private static V1SecurityContext Security(V1Pod pod, Target target, AccessNeeds needs, EphemeralProfile? profile) => profile switch
    {
        null => Root(new V1Capabilities { Drop = ["ALL"], Add = [.. needs.InPod ?? []] }),
        EphemeralProfile.General => Root(new V1Capabilities { Add = ["SYS_PTRACE"] }),
        EphemeralProfile.Baseline => Root(null),
        EphemeralProfile.NetAdmin => Root(new V1Capabilities { Add = ["NET_ADMIN", "NET_RAW"] }),
        EphemeralProfile.Restricted => new V1SecurityContext
        {
            AllowPrivilegeEscalation = false,
            Capabilities = new V1Capabilities { Drop = ["ALL"] },
            ReadOnlyRootFilesystem = true,
            RunAsNonRoot = true,
            RunAsUser = UserOf(pod, target.Container) is > 0 and var user ? user : Nobody,
            SeccompProfile = RuntimeDefault(),
        },
        _ => new V1SecurityContext { Privileged = true, ReadOnlyRootFilesystem = true, RunAsNonRoot = false, RunAsUser = 0 },
    };

    // Root, since capabilities that are added reach no other user; said outright, since the pod may say otherwise.
    private static V1SecurityContext Root(V1Capabilities? capabilities) => new()
    {
        AllowPrivilegeEscalation = false,
        Capabilities = capabilities,
        ReadOnlyRootFilesystem = true,
        RunAsNonRoot = false,
        RunAsUser = 0,
        SeccompProfile = RuntimeDefault(),
    };

    private static V1SeccompProfile RuntimeDefault() => new() { Type = "RuntimeDefault" };

    // A process may look into another of its own user without any capability.
    private static long? UserOf(V1Pod pod, string container) =>
        pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? []).FirstOrDefault(one => one.Name == container)?.SecurityContext?.RunAsUser
        ?? pod.Spec.SecurityContext?.RunAsUser;
}

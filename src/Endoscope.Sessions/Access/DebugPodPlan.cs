using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;

namespace Endoscope.Sessions.Access;

/// <summary>The debug pod that will be created, computed without side effects.</summary>
public static class DebugPodPlan
{
    /// <summary>The container in a debug pod that holds the agent.</summary>
    public const string ContainerName = "endoscope";

    /// <summary>The agent inside the image.</summary>
    public const string AgentPath = "/usr/bin/endoscope-agent";

    internal const string ManagedByLabel = "app.kubernetes.io/managed-by";
    internal const string ManagedByValue = "scope";
    internal const string TargetLabel = "endoscope/target";
    internal const string TargetNamespaceLabel = "endoscope/target-namespace";
    internal const string TargetAnnotation = "endoscope/target";
    internal const string TargetUidAnnotation = "endoscope/target-uid";
    internal const string ByAnnotation = "endoscope/by";
    internal const string SettingsAnnotation = "endoscope/settings";

    /// <summary>What a debug pod asks for of its node where its user says nothing.</summary>
    public static IReadOnlyDictionary<string, string> DefaultRequests { get; } = new Dictionary<string, string> { ["cpu"] = "10m", ["memory"] = "32Mi" };

    /// <summary>What it may use of it at most.</summary>
    public static IReadOnlyDictionary<string, string> DefaultLimits { get; } = new Dictionary<string, string> { ["cpu"] = "2", ["memory"] = "1Gi" };

    private const int LongestPodName = 253;
    private const int LongestLabel = 63;
    private const string Prefix = "debug-";

    /// <summary>Selects every debug pod.</summary>
    public static string Selector => $"{ManagedByLabel}={ManagedByValue},{TargetLabel}";

    /// <summary>Selects every pod but those that are managed by scope.</summary>
    public static string SelectorOfOthers => $"{ManagedByLabel}!={ManagedByValue}";

    /// <summary>Selects the debug pods of the targets of one namespace, wherever they are themselves.</summary>
    public static string SelectorFor(string targetNamespace) => $"{Selector},{TargetNamespaceLabel}={targetNamespace}";

    /// <summary>Selects the debug pods of one target.</summary>
    public static string SelectorFor(string targetNamespace, string targetPod) =>
        $"{ManagedByLabel}={ManagedByValue},{TargetNamespaceLabel}={targetNamespace},{TargetLabel}={LabelFor(targetPod)}";

    /// <summary>The first choice of a name: <c>debug-POD</c>, and in another namespace than the target's <c>debug-NAMESPACE-POD</c>.</summary>
    public static string NameFor(Target target, DebugPodOptions options) => Prefix
        + Shorten(NamespaceFor(target, options) == target.Namespace ? target.Pod : $"{target.Namespace}-{target.Pod}", LongestPodName - Prefix.Length - SuffixLength);

    /// <summary>A further name where the first is taken.</summary>
    /// <param name="salt">Makes it different from others; random.</param>
    public static string NameFor(Target target, DebugPodOptions options, string salt) => $"{NameFor(target, options)}-{Digest(salt)[..(SuffixLength - 1)]}";

    /// <summary>The namespace that the debug pod of a target is in.</summary>
    public static string NamespaceFor(Target target, DebugPodOptions options) => options.Namespace ?? target.Namespace;

    private const int SuffixLength = 6;

    /// <summary>The manifest.</summary>
    /// <param name="pullSecret">The pull secret to name, or null.</param>
    /// <param name="by">Who asks for it, for those who find it; or null.</param>
    public static V1Pod Manifest(Target target, string name, AccessNeeds needs, DebugPodOptions options, string? pullSecret, string? by)
    {
        var pod = Pod(target, name, needs, options, pullSecret, by);
        return options.Overrides is { } overrides ? overrides.ApplyTo(pod) : pod;
    }

    private static V1Pod Pod(Target target, string name, AccessNeeds needs, DebugPodOptions options, string? pullSecret, string? by) => new()
    {
        ApiVersion = "v1",
        Kind = "Pod",
        Metadata = new V1ObjectMeta
        {
            Name = name,
            NamespaceProperty = NamespaceFor(target, options),
            Labels = With(options.Labels, new()
            {
                ["app.kubernetes.io/name"] = "endoscope",
                [ManagedByLabel] = ManagedByValue,
                [TargetLabel] = LabelFor(target.Pod),
                [TargetNamespaceLabel] = target.Namespace,
                ["sidecar.istio.io/inject"] = "false",
            }),
            Annotations = With(options.Annotations, Annotations(target, by, SettingsDigest.Of(options))),
        },
        Spec = new V1PodSpec
        {
            NodeName = target.Node,
            HostPID = true,
            RestartPolicy = "Never",
            ActiveDeadlineSeconds = (long)options.Deadline.TotalSeconds,
            TerminationGracePeriodSeconds = 10,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            Tolerations = options.Tolerations is { } taints ? [.. taints.Select(Tolerating)] : [new V1Toleration { OperatorProperty = "Exists" }],
            PriorityClassName = options.PriorityClass,
            ImagePullSecrets = pullSecret is null ? null : [new V1LocalObjectReference { Name = pullSecret }],
            SecurityContext = new V1PodSecurityContext { SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" } },
            Containers = [Container(needs, options)],
            Volumes =
            [
                new V1Volume { Name = "tmp", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("256Mi") } },
            ],
        },
    };

    // What the user adds may replace what is only usual, never what scope goes by.
    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> more, Dictionary<string, string> ours)
    {
        foreach (var (name, value) in more.Where(entry => !IsReserved(entry.Key)))
        {
            ours[name] = value;
        }

        return ours;
    }

    /// <summary>Whether a label or annotation is one by which scope finds and knows its debug pods.</summary>
    public static bool IsReserved(string name) => name == ManagedByLabel || name.StartsWith("endoscope/", StringComparison.Ordinal);

    private static V1Toleration Tolerating(Toleration taint) => new()
    {
        Key = taint.Key,
        OperatorProperty = taint.Value is null ? "Exists" : "Equal",
        Value = taint.Value,
        Effect = taint.Effect,
    };

    private static Dictionary<string, ResourceQuantity> Quantities(IReadOnlyDictionary<string, string> texts) =>
        texts.ToDictionary(entry => entry.Key, entry => new ResourceQuantity(entry.Value));

    private static Dictionary<string, string> Annotations(Target target, string? by, string? settings)
    {
        var annotations = new Dictionary<string, string>
        {
            [TargetAnnotation] = target.Pod,
            [TargetUidAnnotation] = target.Uid,
            ["cluster-autoscaler.kubernetes.io/safe-to-evict"] = "true",
            ["linkerd.io/inject"] = "disabled",
        };
        if (by is not null)
        {
            annotations[ByAnnotation] = by;
        }

        if (settings is not null)
        {
            annotations[SettingsAnnotation] = settings;
        }

        return annotations;
    }

    private static V1Container Container(AccessNeeds needs, DebugPodOptions options) => new()
    {
        Name = ContainerName,
        Image = options.Image,
        ImagePullPolicy = "IfNotPresent",
        Command = [AgentPath, "wait", "--idle", ((long)options.Idle.TotalSeconds).ToString(CultureInfo.InvariantCulture)],
        Env = [new V1EnvVar { Name = "HOME", Value = "/tmp" }],
        Resources = new V1ResourceRequirements
        {
            Requests = Quantities(options.Requests ?? DefaultRequests),
            Limits = Quantities(options.Limits ?? DefaultLimits),
        },
        SecurityContext = options.Privileged
            ? new V1SecurityContext { Privileged = true, RunAsUser = 0, RunAsNonRoot = false, ReadOnlyRootFilesystem = true }
            : new V1SecurityContext
            {
                AllowPrivilegeEscalation = false,
                Capabilities = new V1Capabilities { Drop = ["ALL"], Add = [.. needs.Capabilities] },
                ReadOnlyRootFilesystem = true,
                RunAsNonRoot = false,
                RunAsUser = 0,
            },
        VolumeMounts = [new V1VolumeMount { Name = "tmp", MountPath = "/tmp" }],
    };

    private static string LabelFor(string targetPod) => Shorten(targetPod, LongestLabel);

    // A cut name carries a digest of the whole, so that two long names that begin alike stay apart.
    private static string Shorten(string name, int longest) =>
        name.Length <= longest ? name : $"{name[..(longest - 11)].TrimEnd('-', '.')}-{Digest(name)[..10]}";

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

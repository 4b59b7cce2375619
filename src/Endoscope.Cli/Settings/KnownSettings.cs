using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Settings;

/// <summary>All settings there are.</summary>
internal static class KnownSettings
{
    public static Setting<string> Image { get; } = new(SettingValues.Word("an image's name"))
    {
        Name = "image",
        HelpName = "IMAGE",
        Aliases = ["-i"],
        Description = "The endoscope image (default: this version's)",
        Default = $"agilicus/endoscope:{CommandContext.Version}",
    };

    public static Setting<string?> Registry { get; } = new(ImageName.ParseRegistry)
    {
        Name = "registry",
        HelpName = "HOST/PATH",
        Description = "Have nodes pull the image through this registry: HOST/PATH takes the place of the image's own",
    };

    public static Setting<string> Regcred { get; } = new(text => text)
    {
        Name = "regcred",
        HelpName = "SECRET",
        Aliases = ["-c"],
        Description = "Pull secret for the image, used if it exists; \"\" for none (default: regcred)",
        Default = "regcred",
    };

    public static Setting<AccessMode> Mode { get; } = new(SettingValues.Mode)
    {
        Name = "mode",
        HelpName = "pod|ephemeral|auto",
        Description = "How to get beside the target: a debug pod on its node, an ephemeral container in it, or what is allowed (default: pod)",
        Default = "pod",
    };

    public static Setting<string?> DebugNamespace { get; } = new(SettingValues.Optional("a namespace"))
    {
        Name = "debug-namespace",
        HelpName = "NAMESPACE",
        Description = "Put debug pods there (default: beside their target)",
    };

    public static Setting<TimeSpan> Idle { get; } = new(SettingValues.Time(TimeSpan.FromSeconds(1)))
    {
        Name = "idle",
        HelpName = "TIME",
        Description = "A waiting debug pod ends itself after this time (default: 10m)",
        Default = "10m",
    };

    public static Setting<TimeSpan> Deadline { get; } = new(SettingValues.Time(TimeSpan.FromMinutes(3)))
    {
        Name = "deadline",
        HelpName = "TIME",
        Description = "A debug pod is ended after this time, even in the middle of a command (default: 1h)",
        Default = "1h",
    };

    public static Setting<TimeSpan> Timeout { get; } = new(SettingValues.Time(TimeSpan.Zero))
    {
        Name = "timeout",
        HelpName = "TIME",
        Description = "How long a debug pod may take to start, or to go (default: 60s)",
        Default = "60s",
    };

    public static Setting<IReadOnlyDictionary<string, string>> Labels { get; } = new(SettingValues.Labels)
    {
        Name = "labels",
        HelpName = "KEY=VALUE,…",
        Description = "More labels for debug pods",
    };

    public static Setting<IReadOnlyDictionary<string, string>> Annotations { get; } = new(SettingValues.Annotations)
    {
        Name = "annotations",
        HelpName = "KEY=VALUE,…",
        Description = "More annotations for debug pods",
    };

    public static Setting<IReadOnlyList<Toleration>?> Tolerations { get; } = new(SettingValues.Tolerations)
    {
        Name = "tolerations",
        HelpName = "TAINT,…",
        Description = "The taints that debug pods tolerate, each KEY[=VALUE][:EFFECT]; \"\" for none (default: *, all)",
        Default = SettingValues.AllTaints,
    };

    public static Setting<IReadOnlyDictionary<string, string>> Requests { get; } = new(SettingValues.Resources)
    {
        Name = "requests",
        HelpName = "RESOURCE=AMOUNT,…",
        Description = $"What debug pods ask for of their node; \"\" for nothing (default: {SettingValues.Join(DebugPodPlan.DefaultRequests)})",
        Default = SettingValues.Join(DebugPodPlan.DefaultRequests),
    };

    public static Setting<IReadOnlyDictionary<string, string>> Limits { get; } = new(SettingValues.Resources)
    {
        Name = "limits",
        HelpName = "RESOURCE=AMOUNT,…",
        Description = $"What debug pods may use at most; \"\" for no limit (default: {SettingValues.Join(DebugPodPlan.DefaultLimits)})",
        Default = SettingValues.Join(DebugPodPlan.DefaultLimits),
    };

    public static Setting<string?> PriorityClass { get; } = new(SettingValues.Optional("a priority class"))
    {
        Name = "priority-class",
        HelpName = "NAME",
        Description = "The priority class of debug pods (default: the cluster's)",
    };

    public static Setting<string> Overrides { get; } = new(text => text)
    {
        Name = "overrides",
        HelpName = "FILE",
        Description = "A part of a pod, in YAML or JSON, to merge into debug pods; \"\" for none",
    };

    /// <summary>In the order in which they are shown.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        Image, Registry, Regcred, Mode, DebugNamespace, Idle, Deadline, Timeout, Labels, Annotations, Tolerations, Requests, Limits, PriorityClass, Overrides,
    ];

    /// <summary>The setting of that name.</summary>
    /// <param name="place">Where the name was found, for the message; empty on the command line.</param>
    /// <exception cref="UsageException">There is none.</exception>
    public static Setting Named(string name, string place = "") => All.FirstOrDefault(setting => setting.Name == name)
        ?? throw new UsageException($"{place}there is no setting '{name}'", "there are: " + string.Join(", ", All.Select(setting => setting.Name)));
}

using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Settings;

/// <summary>What the settings say about debug pods.</summary>
internal static class DebugPodSettings
{
    /// <exception cref="UsageException">The file of overrides cannot be read.</exception>
    /// <exception cref="InvalidOverridesException">It makes no sense.</exception>
    public static DebugPodOptions Read(EffectiveSettings settings, SettingsFile file)
    {
        var options = new DebugPodOptions
        {
            Image = ImageName.Through(settings.Of(KnownSettings.Registry), settings.Of(KnownSettings.Image)),
            Namespace = settings.Of(KnownSettings.DebugNamespace),
            PullSecret = settings.Of(KnownSettings.Regcred),
            Idle = settings.Of(KnownSettings.Idle),
            Deadline = settings.Of(KnownSettings.Deadline),
            StartTimeout = settings.Of(KnownSettings.Timeout),
            Labels = settings.Of(KnownSettings.Labels),
            Annotations = settings.Of(KnownSettings.Annotations),
            Tolerations = settings.Of(KnownSettings.Tolerations),
            Requests = OtherThan(settings.Of(KnownSettings.Requests), DebugPodPlan.DefaultRequests),
            Limits = OtherThan(settings.Of(KnownSettings.Limits), DebugPodPlan.DefaultLimits),
            PriorityClass = settings.Of(KnownSettings.PriorityClass),
        };
        return settings.FileOf(KnownSettings.Overrides, file) is { } overrides
            ? options with { Overrides = PodOverrides.Parse(SettingsFile.ReadText(overrides, "the overrides"), overrides, options) }
            : options;
    }

    // Whoever writes out what is usual has the same debug pods as whoever says nothing.
    private static IReadOnlyDictionary<string, string>? OtherThan(IReadOnlyDictionary<string, string> amounts, IReadOnlyDictionary<string, string> usual) =>
        amounts.Count == usual.Count && amounts.All(amount => usual.TryGetValue(amount.Key, out var value) && value == amount.Value) ? null : amounts;
}

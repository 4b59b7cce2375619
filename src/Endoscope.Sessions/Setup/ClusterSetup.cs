using System.Text.Json;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Sessions.Setup;

/// <summary>Sets a cluster up for users of scope.</summary>
public sealed class ClusterSetup(IClusterApi api)
{
    /// <summary>What the server lacks for all of a setup; null where it lacks nothing.</summary>
    public async Task<string?> LackAsync(CancellationToken cancellationToken)
    {
        var version = await api.ReadServerVersionAsync(cancellationToken);
        var (major, minor) = AdmissionPolicies.Since;
        return ServerVersion.Parse(version) is { } known && known.IsAtLeast(major, minor)
            ? null
            : $"the server is {version}: the policies that keep everybody else out of debug pods need {major}.{minor} and are left out";
    }

    /// <summary>Makes all objects what they are to be.</summary>
    /// <param name="done">Told of each as it is done.</param>
    /// <exception cref="SessionException">The namespace is one that was not made for this; nothing was changed.</exception>
    public async Task ApplyAsync(IReadOnlyList<SetupObject> objects, Action<SetupObject, ApplyOutcome> done, CancellationToken cancellationToken)
    {
        await RefuseForeignNamespaceAsync(objects[0].Reference, cancellationToken);
        foreach (var one in objects)
        {
            done(one, await ApplyAsync(one, cancellationToken));
        }
    }

    private async Task<ApplyOutcome> ApplyAsync(SetupObject one, CancellationToken cancellationToken)
    {
        try
        {
            return await api.ApplyAsync(one.Reference, one.Json, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Code == System.Net.HttpStatusCode.Conflict)
        {
            throw new SessionException(
                $"{one.Name} was changed by somebody else: {e.Message}",
                "if that is to be undone: the same without --apply, into kubectl apply --server-side --force-conflicts --field-manager=scope -f -",
                e);
        }
    }

    // The label that lets in debug pods lets in everything: no namespace gets it by a slip of the pen.
    private async Task RefuseForeignNamespaceAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        if (await api.FindAsync(reference, cancellationToken) is { } found && !IsOurs(found))
        {
            throw new SessionException(
                $"namespace {reference.Name} is there already and was not made for debug pods: Pod Security would allow everything in it",
                $"--debug-namespace names another; kubectl label namespace {reference.Name} {DebugPodPlan.ManagedByLabel}={DebugPodPlan.ManagedByValue} says that it is meant");
        }
    }

    internal static bool IsOurs(JsonElement ns) =>
        ns.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("labels", out var labels)
        && labels.TryGetProperty(DebugPodPlan.ManagedByLabel, out var manager) && manager.GetString() == DebugPodPlan.ManagedByValue;
}

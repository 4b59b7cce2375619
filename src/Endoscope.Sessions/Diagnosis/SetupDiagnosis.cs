using System.Net;
using System.Text.Json;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Setup;

namespace Endoscope.Sessions.Diagnosis;

/// <summary>Looks whether a namespace for debug pods is as <c>scope setup</c> makes it.</summary>
internal sealed class SetupDiagnosis(IClusterApi api)
{
    private const string Check = "namespace for debug pods";

    /// <summary>What was found of it.</summary>
    public async Task<Finding> LookAsync(string debugNamespace, CancellationToken cancellationToken)
    {
        var (known, found) = await FindAsync(SetupPlan.NamespaceOf(debugNamespace), cancellationToken);
        if (!known)
        {
            return new(Check, Standing.Unknown, $"not allowed to look at namespace {debugNamespace}");
        }

        if (found is not { } ns)
        {
            return new(Check, Standing.Bad, $"there is no namespace {debugNamespace}", $"scope --debug-namespace {debugNamespace} setup --help shows how whoever may makes it");
        }

        var (mayKnow, policy) = await FindAsync(AdmissionPolicies.ExecBindingOf(debugNamespace), cancellationToken);
        var made = $"{debugNamespace} {(ClusterSetup.IsOurs(ns) ? "was" : "was not")} made by scope setup";
        return (mayKnow, policy is not null) switch
        {
            (false, _) => new(Check, Standing.Good, $"{made}; not allowed to look whether a policy keeps others out"),
            (_, true) => new(Check, Standing.Good, $"{made}; a policy keeps others out"),
            _ => new(Check, Standing.Lacking, $"{made}; no policy of it keeps others out, who by other roles may exec into pods"),
        };
    }

    private async Task<(bool Known, JsonElement? Found)> FindAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await api.FindAsync(reference, cancellationToken));
        }
        catch (ApiStatusException e) when (e.Code == HttpStatusCode.Forbidden)
        {
            return (false, null);
        }
    }
}

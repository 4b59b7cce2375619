namespace Endoscope.Sessions;

/// <summary>What the user named as the target: a pod, or a workload that has pods.</summary>
/// <param name="Kind">The workload's kind in the singular (<c>deployment</c>), or null for a pod.</param>
/// <param name="Name">The pod's or the workload's name.</param>
public sealed record TargetReference(string? Kind, string Name)
{
    /// <summary>Reads <c>NAME</c> or <c>KIND/NAME</c>, kinds and their short names as kubectl spells them; null where the kind is none of those.</summary>
    public static TargetReference? Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return new TargetReference(null, text);
        }

        var name = text[(slash + 1)..];
        return text[..slash].ToLowerInvariant() switch
        {
            "pod" or "pods" or "po" => new TargetReference(null, name),
            "deployment" or "deployments" or "deploy" => new TargetReference("deployment", name),
            "statefulset" or "statefulsets" or "sts" => new TargetReference("statefulset", name),
            "daemonset" or "daemonsets" or "ds" => new TargetReference("daemonset", name),
            "replicaset" or "replicasets" or "rs" => new TargetReference("replicaset", name),
            "job" or "jobs" => new TargetReference("job", name),
            "service" or "services" or "svc" => new TargetReference("service", name),
            _ => null,
        };
    }
}

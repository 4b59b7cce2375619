namespace Endoscope.Sessions.Access;

/// <summary>A permission of the cluster.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural resource.</param>
/// <param name="Subresource">What of it, such as <c>exec</c>; null for the resource itself.</param>
/// <param name="Place">Where it is needed.</param>
public sealed record Right(string Verb, string Group, string Resource, string? Subresource, RightPlace Place)
{
    /// <summary>The permission as <c>kubectl auth can-i</c> takes it, such as <c>create pods/exec</c>.</summary>
    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? "." + Group : "")}{(Subresource is null ? "" : "/" + Subresource)}";
}

/// <summary>Where a permission is needed.</summary>
public enum RightPlace
{
    /// <summary>In the target's namespace.</summary>
    Target,

    /// <summary>In the namespace of the debug pods, which is the target's unless another is named.</summary>
    DebugPods,

    /// <summary>In the whole cluster.</summary>
    Cluster,
}

/// <summary>The permissions that a user has to have for each command: the least, beside which <see cref="Useful"/> ones are used where they are there.</summary>
public static class CommandRights
{
    private static readonly Right Find = Debug("list");
    private static readonly Right Await = Debug("watch");
    private static readonly Right Remove = Debug("delete");

    /// <summary>What a command needs that gets beside its target: to find it, to make a debug pod and to see it start, and to speak to the agent.</summary>
    public static IReadOnlyList<Right> Target { get; } =
    [
        new("get", "", "pods", null, RightPlace.Target),
        Find,
        Await,
        Debug("create"),

        // API servers before 1.30 ask for get where newer ones ask for create.
        Debug("create", "exec"),
        Debug("get", "exec"),
    ];

    /// <summary>What is used where it is there, and what it is good for.</summary>
    public static IReadOnlyList<(Right Right, string Use)> Useful { get; } =
    [
        (Remove, "to remove debug pods at once (--terminate, cleanup); they end by themselves all the same"),
        (new("list", "", "pods", null, RightPlace.Target), "to ping or capture all pods, and to name a target by its workload"),
        (new("watch", "", "pods", null, RightPlace.Target), "to follow pods that come and go"),
        (new("get", "", "nodes", null, RightPlace.Cluster), "to say at once when the target's node cannot run a debug pod"),
        (new("get", "", "secrets", null, RightPlace.DebugPods), "to know whether the pull secret is there"),
        (new("list", "", "events", null, RightPlace.DebugPods), "to say why a debug pod does not start"),
        (new("get", "apps", "deployments", null, RightPlace.Target), "to name a target as deploy/NAME"),
        (new("patch", "", "pods", "ephemeralcontainers", RightPlace.Target), "to look in by an ephemeral container where debug pods are not allowed"),
    ];

    /// <summary>What a command needs.</summary>
    /// <param name="command">The command's name.</param>
    public static IReadOnlyList<Right> For(string command) => command switch
    {
        "cleanup" => [Find, Await, Remove],
        "list" => [Find],
        _ => Target,
    };

    private static Right Debug(string verb, string? subresource = null) => new(verb, "", "pods", subresource, RightPlace.DebugPods);
}

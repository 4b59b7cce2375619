namespace Endoscope.Sessions.Access;

/// <summary>A permission of the cluster.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Group">The API group; empty for the core.</param>
/// <param name="Resource">The plural resource.</param>
/// <param name="Subresource">What of it, such as <c>exec</c>; null for the resource itself.</param>
/// <param name="Namespaced">Whether it is asked for in a namespace rather than in the whole cluster.</param>
public sealed record Right(string Verb, string Group, string Resource, string? Subresource = null, bool Namespaced = true)
{
    /// <summary>The permission as <c>kubectl auth can-i</c> takes it, such as <c>create pods/exec</c>.</summary>
    public override string ToString() => $"{Verb} {Resource}{(Group.Length > 0 ? "." + Group : "")}{(Subresource is null ? "" : "/" + Subresource)}";
}

/// <summary>The permissions that a user has to have for each command: the least, beside which <see cref="Useful"/> ones are used where they are there.</summary>
public static class CommandRights
{
    private static readonly Right[] Find = [Pods("get"), Pods("list")];

    // API servers before 1.30 ask for get where newer ones ask for create.
    private static readonly Right[] Exec = [Pods("create", "exec"), Pods("get", "exec")];

    /// <summary>What a command needs that gets beside its target: to find it, to make a debug pod and to see it start, and to speak to the agent.</summary>
    public static IReadOnlyList<Right> Target { get; } = [.. Find, Pods("watch"), Pods("create"), .. Exec];

    /// <summary>What is used where it is there, and what it is good for.</summary>
    public static IReadOnlyList<(Right Right, string Use)> Useful { get; } =
    [
        (Pods("delete"), "to remove debug pods at once (--terminate, cleanup); they end by themselves all the same"),
        (new("get", "", "nodes", Namespaced: false), "to say at once when the target's node cannot run a debug pod"),
        (new("get", "", "secrets"), "to know whether the pull secret is there"),
        (new("list", "", "events"), "to say why a debug pod does not start"),
        (new("get", "apps", "deployments"), "to name a target as deploy/NAME"),
        (new("patch", "", "pods", "ephemeralcontainers"), "to look in by an ephemeral container where debug pods are not allowed"),
    ];

    /// <summary>What a command needs.</summary>
    /// <param name="command">The command's name.</param>
    public static IReadOnlyList<Right> For(string command) => command switch
    {
        "cleanup" => [Pods("list"), Pods("watch"), Pods("delete")],
        "list" => [Pods("list")],
        _ => Target,
    };

    private static Right Pods(string verb, string? subresource = null) => new(verb, "", "pods", subresource);
}

namespace Endoscope.Sessions.Access;

/// <summary>A way to get an agent beside a target.</summary>
public interface IAccess
{
    /// <summary>Begins what can be begun while the target is still being resolved. Its failures show in <see cref="FindAsync"/>.</summary>
    void Prepare(string ns, string pod, CancellationToken cancellationToken);

    /// <summary>A fitting agent that waits beside the target already, or null.</summary>
    Task<AgentPlace?> FindAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken);

    /// <summary>Why the cluster would not have a new one, asked without making one (a dry run of the server); null where it would.</summary>
    Task<Exception?> RefusalAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken);

    /// <summary>Makes a new one and waits until it runs.</summary>
    /// <exception cref="SessionException">It cannot be had; what can be removed is not left behind.</exception>
    Task<AgentPlace> CreateAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the agent away again, and warns where it could not: what the command did, or why it failed, is what its user is to hear.
    /// </summary>
    /// <param name="cancellationToken">Says that the user is waiting for the end; it does not cut the removal short at once.</param>
    Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken);

    /// <summary>Makes sure that an agent waits beside the target: a fitting one that is there already, else a new one.</summary>
    /// <inheritdoc cref="CreateAsync" path="/exception"/>
    async Task<AgentPlace> EnsureAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken) =>
        await FindAsync(target, needs, cancellationToken) ?? await CreateAsync(target, needs, cancellationToken);
}

/// <summary>The container in which an agent waits.</summary>
/// <param name="Reused">Whether it was there before.</param>
public sealed record AgentPlace(string Namespace, string Pod, string Uid, string Container, bool Reused)
{
    /// <summary>Whether it is an ephemeral container in the target's own pod.</summary>
    public bool IsInPod { get; init; }
}

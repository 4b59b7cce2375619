namespace Endoscope.Sessions.Access;

/// <summary>A way to get an agent beside a target.</summary>
public interface IAccess
{
    /// <summary>Begins what can be begun while the target is still being resolved. Its failures show in <see cref="EnsureAsync"/>.</summary>
    void Prepare(string ns, string pod, CancellationToken cancellationToken);

    /// <summary>Makes sure that an agent waits beside the target: a fitting one that is there already, else a new one.</summary>
    /// <exception cref="SessionException">It cannot be had; nothing is left behind.</exception>
    Task<AgentPlace> EnsureAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken);

    /// <summary>
    /// Takes the agent away again, and warns where it could not: what the command did, or why it failed, is what its user is to hear.
    /// </summary>
    /// <param name="cancellationToken">Says that the user is waiting for the end; it does not cut the removal short at once.</param>
    Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken);
}

/// <summary>The container in which an agent waits.</summary>
/// <param name="Reused">Whether it was there before.</param>
public sealed record AgentPlace(string Namespace, string Pod, string Uid, string Container, bool Reused);

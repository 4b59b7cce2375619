namespace Endoscope.Sessions.Access;

/// <summary>Access mode <c>auto</c>: what waits already, else the first way in that the cluster allows.</summary>
/// <param name="ways">The ways in, by preference, each with a name for the user.</param>
/// <param name="tell">Takes what was chosen, and why.</param>
public sealed class AutoAccess(IReadOnlyList<(string Name, IAccess Access)> ways, Action<string> tell) : IAccess
{
    private IAccess? chosen;

    /// <summary>Only for the first choice: what the others would ask costs a request that is seldom needed.</summary>
    public void Prepare(string ns, string pod, CancellationToken cancellationToken) => ways[0].Access.Prepare(ns, pod, cancellationToken);

    public async Task<AgentPlace?> FindAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        foreach (var (_, access) in ways)
        {
            try
            {
                if (await access.FindAsync(target, needs, cancellationToken) is { } place)
                {
                    chosen = access;
                    return place;
                }
            }
            catch (SessionException)
            {
                // This way in is none for this target; why, the server's dry run will say as well.
            }
        }

        return null;
    }

    public async Task<Exception?> RefusalAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        try
        {
            await ChooseAsync(target, needs, cancellationToken);
            return null;
        }
        catch (SessionException e)
        {
            return e;
        }
    }

    public async Task<AgentPlace> CreateAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        chosen = await ChooseAsync(target, needs, cancellationToken);
        return await chosen.CreateAsync(target, needs, cancellationToken);
    }

    public Task RemoveAsync(AgentPlace place, CancellationToken cancellationToken) => (chosen ?? ways[0].Access).RemoveAsync(place, cancellationToken);

    private async Task<IAccess> ChooseAsync(Target target, AccessNeeds needs, CancellationToken cancellationToken)
    {
        List<string> refusals = [];
        foreach (var (name, access) in ways)
        {
            if (await access.RefusalAsync(target, needs, cancellationToken) is not { } refusal)
            {
                tell(refusals.Count == 0 ? $"using {name}, which the cluster allows" : $"using {name}, since: {string.Join("; ", refusals)}");
                return access;
            }

            refusals.Add(refusal.Message);
        }

        throw new SessionException($"there is no way beside pod {target.Pod}: {string.Join("; ", refusals)}", "--debug-namespace NAMESPACE puts debug pods where they are allowed");
    }
}

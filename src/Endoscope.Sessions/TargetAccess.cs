using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Sessions;

/// <summary>What a command asks for to get beside its target.</summary>
/// <param name="Container">The container asked for, or null for the pod's default.</param>
/// <param name="AnyContainerWillDo">Whether only the pod's shared network matters.</param>
/// <param name="Terminate">Whether the agent is taken away when the command is done.</param>
public sealed record AccessRequest(
    string Namespace, TargetReference Reference, string? Container, AccessNeeds Needs, bool AnyContainerWillDo, bool Terminate);

/// <summary>An agent beside a resolved target: the place from which sessions are opened. Disposing it leaves, as the request said.</summary>
public sealed class TargetAccess : IAsyncDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    private readonly IClusterApi api;
    private readonly IAccess access;
    private readonly AccessRequest request;
    private readonly TimeProvider time;
    private readonly CancellationToken stop;

    private TargetAccess(IClusterApi api, IAccess access, AccessRequest request, TimeProvider time, Target target, AgentPlace place, CancellationToken stop)
    {
        this.api = api;
        this.access = access;
        this.request = request;
        this.time = time;
        this.stop = stop;
        Target = target;
        Place = place;
    }

    /// <summary>What is being looked into.</summary>
    public Target Target { get; }

    /// <summary>Where the agent is.</summary>
    public AgentPlace Place { get; private set; }

    /// <summary>Resolves the target and makes sure that an agent is beside it.</summary>
    public static async Task<TargetAccess> EnterAsync(
        IClusterApi api, IAccess access, AccessRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        // A name that can be no pod's is refused at once, and then nothing else is asked for it.
        var resolving = new TargetResolver(api).ResolveAsync(
            request.Namespace, request.Reference, request.Container, request.AnyContainerWillDo, cancellationToken);
        if (request.Reference.Kind is null && !resolving.IsFaulted)
        {
            access.Prepare(request.Namespace, request.Reference.Name, cancellationToken);
        }

        var target = await resolving;
        var place = await access.EnsureAsync(target, request.Needs, cancellationToken);
        return new TargetAccess(api, access, request, time, target, place, cancellationToken);
    }

    /// <summary>
    /// Opens a session; the request's target is filled in. A waiting agent that ended just now is replaced, once. For a new one a kubelet may
    /// still take its predecessor of the same name, deleted a moment ago: that is tried again.
    /// </summary>
    /// <param name="label">A word for the API server's audit log: what is done.</param>
    public async Task<AgentSession> StartAsync(AgentRequest agentRequest, string label, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await OpenAsync(agentRequest, label, cancellationToken);
            }
            catch (Exception e) when (Place.Reused && attempt == 1 && e is ApiStatusException or AgentEndedException)
            {
                Place = await access.EnsureAsync(Target, request.Needs, cancellationToken);
            }
            catch (Exception e) when (attempt < Attempts && MayBeOfThePredecessor(e))
            {
                await Task.Delay(BetweenAttempts, time, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (request.Terminate)
        {
            await access.RemoveAsync(Place, stop);
        }
    }

    // The container runtime has no such process any more, or the kubelet no such container.
    private static bool MayBeOfThePredecessor(Exception e) =>
        e is AgentEndedException { ExitCode: null } || (e is ApiStatusException && e.Message.Contains("container not found", StringComparison.Ordinal));

    private async Task<AgentSession> OpenAsync(AgentRequest agentRequest, string label, CancellationToken cancellationToken)
    {
        var asked = agentRequest with
        {
            ContainerId = Target.ContainerId,
            PodUid = Target.ContainerId is null ? Target.Uid : null,
            InPod = Place.IsInPod,
        };
        string[] command = [DebugPodPlan.AgentPath, "session", label];
        var exec = await api.ExecAsync(Place.Namespace, Place.Pod, Place.Container, command, cancellationToken);
        return await AgentSession.StartAsync(exec, asked, time, cancellationToken);
    }
}

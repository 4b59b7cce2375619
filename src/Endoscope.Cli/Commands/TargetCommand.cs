using System.CommandLine;
using Endoscope.Kubernetes;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary>A command that looks into a target: what all of them do before and after what is particular to one.</summary>
internal abstract class TargetCommand : Command
{
    private readonly CommandContext context;

    protected TargetCommand(string name, string description, GlobalOptions globals, CommandContext context)
        : base(name, description)
    {
        this.context = context;
        SetAction((result, cancellationToken) => RunAsync(result, globals.Bind(result, context), cancellationToken));
    }

    /// <summary>What the command does, from its parsed options to its exit code.</summary>
    protected abstract Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken);

    /// <summary>Gets beside the target, telling the user what was chosen on the way.</summary>
    protected Task<TargetAccess> EnterAsync(
        Cluster cluster, GlobalRequest request, AccessNeeds needs, bool anyContainerWillDo, CancellationToken cancellationToken) =>
        EnterAsync(context, context.Tell, cluster, request, needs, anyContainerWillDo, cancellationToken);

    /// <inheritdoc cref="EnterAsync(Cluster, GlobalRequest, AccessNeeds, bool, CancellationToken)"/>
    internal static async Task<TargetAccess> EnterAsync(
        CommandContext context,
        Action<string> tell,
        Cluster cluster,
        GlobalRequest request,
        AccessNeeds needs,
        bool anyContainerWillDo,
        CancellationToken cancellationToken)
    {
        var access = AccessModes.Open(request.Mode, cluster.Api, request.DebugPod, request.Profile, context.Time, tell);
        var asked = new AccessRequest(
            request.Namespace ?? cluster.DefaultNamespace, request.Target, request.Container, needs, anyContainerWillDo, request.Terminate);
        var beside = await TargetAccess.EnterAsync(cluster.Api, access, asked, context.Time, cancellationToken);
        foreach (var note in beside.Target.Notes)
        {
            tell(note);
        }

        return beside;
    }
}

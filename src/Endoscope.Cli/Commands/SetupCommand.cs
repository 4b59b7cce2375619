using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Sessions.Setup;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope setup</c>: what gives some users of a cluster a namespace for debug pods, and nobody else.</summary>
internal sealed class SetupCommand : Command
{
    private readonly GlobalOptions globals;
    private readonly CommandContext context;
    private readonly Option<string[]> groups = Names("--group", "GROUP", "Members of this group may use scope; may be repeated");
    private readonly Option<string[]> users = Names("--user", "USER", "This user may use scope; may be repeated (before the command, --user is the kubeconfig's)");
    private readonly Option<bool> allNamespaces = new("--all-namespaces", "-A") { Description = "On targets in all namespaces (default: in that of -n, else the context's)" };
    private readonly Option<bool> apply = new("--apply") { Description = "Make it so in the cluster (default: print the manifests, as kubectl apply -f - takes them)" };

    public SetupCommand(GlobalOptions globals, CommandContext context)
        : base("setup", "Set up a namespace for debug pods (--debug-namespace, default: " + SetupPlan.DefaultNamespace + "): Pod Security, rights and policies for those who may use scope")
    {
        (this.globals, this.context) = (globals, context);
        Option[] own = [groups, users, allNamespaces, apply];
        foreach (var option in own)
        {
            Options.Add(option);
        }

        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var request = globals.Bind(result, context);
        string[] members = [.. result.GetValue(groups) ?? [], .. result.GetValue(users) ?? []];
        if (members.Length == 0 || members.Contains(""))
        {
            throw new UsageException("it is not said who may use scope", "--group GROUP or --user USER names them, as the cluster knows them");
        }

        using var cluster = context.Connect(request.Connection);
        var setup = new ClusterSetup(cluster.Api);
        var lack = await setup.LackAsync(cancellationToken);
        var asked = new SetupRequest
        {
            DebugNamespace = request.DebugPod.Namespace ?? SetupPlan.DefaultNamespace,
            TargetNamespace = result.GetValue(allNamespaces) ? null : request.Namespace ?? cluster.DefaultNamespace,
            Groups = result.GetValue(groups) ?? [],
            Users = result.GetValue(users) ?? [],
            Image = request.DebugPod.Image,
            Deadline = request.DebugPod.Deadline,
            HasPolicies = lack is null,
        };
        var plan = SetupPlan.Plan(asked);
        if (lack is not null)
        {
            context.Tell(lack);
        }

        if (result.GetValue(apply))
        {
            await ApplyAsync(setup, plan, request.Json, cancellationToken);
            context.Tell($"its users now give --debug-namespace {asked.DebugNamespace}, as in: scope --debug-namespace {asked.DebugNamespace} -n {asked.TargetNamespace ?? "NAMESPACE"} -p POD pids");
        }
        else
        {
            var text = SetupObject.Format(plan);
            context.Out.Write(request.Json ? text.Json : text.Yaml);
        }

        return ExitCode.Done;
    }

    private async Task ApplyAsync(ClusterSetup setup, IReadOnlyList<SetupObject> plan, bool json, CancellationToken cancellationToken)
    {
        List<SetupResultDocument> results = [];
        await setup.ApplyAsync(plan, Done, cancellationToken);
        if (json)
        {
            Json.Write(context.Out, new SetupDocument(results), CliJson.Default.SetupDocument);
        }

        void Done(SetupObject one, Kubernetes.ApplyOutcome outcome)
        {
            var result = outcome.ToString().ToLowerInvariant();
            results.Add(new SetupResultDocument(one.Reference.Namespace, one.Name, result));
            if (!json)
            {
                context.Out.WriteLine($"{one.Name} {result}");
            }
        }
    }

    private static Option<string[]> Names(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
}

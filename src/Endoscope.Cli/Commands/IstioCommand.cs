using System.CommandLine;
using System.Text;
using Endoscope.Cli.Istio;
using Endoscope.Cli.Output;
using Endoscope.Cli.Tools;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope istio</c>: shows, opens and closes the sidecar's redirect of the target's outbound traffic.</summary>
internal sealed class IstioCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly ToolArguments words = new("the command") { Description = "A command of the image, after --: run while the redirect is open" };

    public IstioCommand(GlobalOptions globals, CommandContext context)
        : base("istio", "Show, open or close the sidecar's redirect of outbound traffic; -- COMMAND runs one while it is open", globals, context)
    {
        this.context = context;
        Arguments.Add(words);
        Subcommands.Add(new Verb("status", "Show whether outbound traffic is redirected (the default)", globals, context, ShowAsync));
        Subcommands.Add(new Verb("open", "Take the jump to Istio's chains out of OUTPUT, until close", globals, context, OpenAsync));
        Subcommands.Add(new Verb("close", "Put the jump back exactly where it was", globals, context, CloseAsync));
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var command = words.Read(result);
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Redirect, anyContainerWillDo: true, cancellationToken);
        var found = await SurveyAsync(beside, cancellationToken);
        return command.Count == 0 ? Show(request, beside.Target, found) : await RunWhileOpenAsync(beside, found, command, cancellationToken);
    }

    private async Task<int> RunWhileOpenAsync(TargetAccess beside, IstioFindings found, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        RefuseWhatCannotBeOpened(found, beside.Target);
        if (found.State != IstioState.Redirected)
        {
            context.Tell($"{Describe(found.State, beside.Target.Pod)}; it is left as it is");
        }

        var conversation = new ToolConversation(context);
        var run = new RunRequest
        {
            Argv = command,
            Environment = conversation.Environment(),
            Terminal = conversation.Window,
            Guard = found.State == IstioState.Redirected ? Script("hold", IstioRules.Open(found)) : null,
        };
        await using var session = await beside.StartAsync(run, "istio", cancellationToken);
        return await conversation.RunAsync(session, run.Terminal, cancellationToken);
    }

    private Task<int> ShowAsync(GlobalRequest request, TargetAccess beside, IstioFindings found, CancellationToken cancellationToken) =>
        Task.FromResult(Show(request, beside.Target, found));

    private async Task<int> OpenAsync(GlobalRequest request, TargetAccess beside, IstioFindings found, CancellationToken cancellationToken)
    {
        RefuseWhatCannotBeOpened(found, beside.Target);
        if (found.State == IstioState.None)
        {
            throw new SessionException(Describe(found.State, beside.Target.Pod), "there is nothing to open");
        }

        if (found.State == IstioState.Redirected)
        {
            await ChangeAsync(beside, IstioRules.Open(found), cancellationToken);
            found = await SurveyAsync(beside, cancellationToken);
            context.Tell("its outbound traffic goes past the sidecar until: scope istio close");
        }

        return Show(request, beside.Target, found);
    }

    private async Task<int> CloseAsync(GlobalRequest request, TargetAccess beside, IstioFindings found, CancellationToken cancellationToken)
    {
        var steps = IstioRules.Close(found);
        if (steps.Count > 0)
        {
            await ChangeAsync(beside, steps, cancellationToken);
            found = await SurveyAsync(beside, cancellationToken);
        }

        return Show(request, beside.Target, found);
    }

    private int Show(GlobalRequest request, Target target, IstioFindings found)
    {
        if (request.Json)
        {
            Json.Write(context.Out, IstioDocument.From(target, found), CliJson.Default.IstioDocument);
            return ExitCode.Done;
        }

        context.Out.WriteLine(Terminal.TerminalText.Escape(Describe(found.State, target.Pod)));
        if (found.Redirects.Count > 0)
        {
            var table = new Table(Column.Left("TABLES"), Column.Left("OUTBOUND"), Column.Right("POSITION"), Column.Left("RULE OF OUTPUT"));
            foreach (var rule in IstioDocument.From(target, found).Rules)
            {
                table.Add(rule.Tool, rule.IsOpen ? "open" : "redirected", $"{rule.Position}", rule.Rule);
            }

            context.Out.Write(table.Format(width: null));
        }

        return ExitCode.Done;
    }

    private static void RefuseWhatCannotBeOpened(IstioFindings found, Target target)
    {
        if (found.State is IstioState.Ambient)
        {
            throw new SessionException(
                Describe(found.State, target.Pod), $"istio-cni keeps those rules; kubectl label pod -n {target.Namespace} {target.Pod} istio.io/dataplane-mode=none takes the pod out");
        }

        if (found.State is IstioState.Native)
        {
            throw new SessionException(
                $"{Describe(found.State, target.Pod)} ({string.Join(", ", found.NativeTables)}), which scope shows but does not change", "scope shell nft list ruleset shows them");
        }
    }

    private static string Describe(IstioState state, string pod) => state switch
    {
        IstioState.Redirected => $"outbound traffic of {pod} is redirected to its sidecar",
        IstioState.Open => $"outbound traffic of {pod} is open: scope has taken the redirect out",
        IstioState.Unhooked => $"outbound traffic of {pod} is not redirected: Istio's chains are there, but somebody else has taken the jump to them out",
        IstioState.Ambient => $"{pod} is in ambient mode: its traffic goes to the ztunnel of its node and not to a sidecar",
        IstioState.Native => $"outbound traffic of {pod} is redirected by nftables directly",
        _ => $"no rules of Istio redirect outbound traffic of {pod}",
    };

    private static async Task<IstioFindings> SurveyAsync(TargetAccess beside, CancellationToken cancellationToken) =>
        IstioRules.Parse(await RunAsync(beside, ["bash", "-c", IstioRules.Survey], "istio-status", cancellationToken));

    private static async Task ChangeAsync(TargetAccess beside, IReadOnlyList<string> steps, CancellationToken cancellationToken) =>
        _ = await RunAsync(beside, Script("change", steps), "istio-change", cancellationToken);

    private static IReadOnlyList<string> Script(string mode, IReadOnlyList<string> steps) => ["bash", "-c", IstioRules.Change, "scope-istio", mode, .. steps];

    private static async Task<string> RunAsync(TargetAccess beside, IReadOnlyList<string> argv, string label, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        await using var session = await beside.StartAsync(new RunRequest { Argv = argv }, label, cancellationToken);
        var end = await ToolRun.ToEndAsync(session, new ToolSink(output.WriteAsync, error.WriteAsync), ToolRun.TimeToStop, cancellationToken);
        return end.ExitCode == 0
            ? Encoding.UTF8.GetString(output.ToArray())
            : throw new SessionException($"iptables refuses: {Encoding.UTF8.GetString(error.ToArray()).Trim().ReplaceLineEndings("; ")}", "nothing is changed");
    }

    private sealed class Verb(
        string name, string description, GlobalOptions globals, CommandContext context, Func<GlobalRequest, TargetAccess, IstioFindings, CancellationToken, Task<int>> act)
        : TargetCommand(name, description, globals, context)
    {
        private readonly CommandContext context = context;

        protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
        {
            using var cluster = context.Connect(request.Connection);
            await using var beside = await EnterAsync(cluster, request, AccessNeeds.Redirect, anyContainerWillDo: true, cancellationToken);
            return await act(request, beside, await SurveyAsync(beside, cancellationToken), cancellationToken);
        }
    }
}

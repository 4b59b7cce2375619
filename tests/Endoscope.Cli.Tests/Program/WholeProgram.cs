using System.Text.Json;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>What the program wrote and how it ended.</summary>
internal sealed record Outcome(int ExitCode, string Stdout, string Stderr);

/// <summary>Runs the whole program but for the process around it, against an API server in the test's process.</summary>
internal sealed class WholeProgram : IAsyncDisposable
{
    private WholeProgram(TestApiServer server) => Server = server;

    /// <summary>The API server; its namespace <c>shop</c> has a pod <c>web</c> that runs.</summary>
    public TestApiServer Server { get; }

    /// <summary>The variables of the environment; there are no others.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public static async Task<WholeProgram> StartAsync()
    {
        var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("shop", "web");
        server.Objects["/api/v1/nodes/node-1"] = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"}}""";
        return new WholeProgram(server);
    }

    /// <summary>Runs one command line.</summary>
    public Task<Outcome> RunAsync(params string[] args) => RunAsync(new TestTerminal(), args, TestContext.Current.CancellationToken);

    /// <summary>Runs one command line, its standard output going elsewhere.</summary>
    public async Task<Outcome> RunIntoAsync(Stream output, params string[] args)
    {
        await using (output)
        {
            return await RunAsync(new TestTerminal(output: output), args, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Runs one command line until it ends or is told to.</summary>
    public async Task<Outcome> RunAsync(TestTerminal terminal, string[] args, CancellationToken stop)
    {
        var environment = ConnectionEnvironment.Current with { Variable = name => name == "KUBECONFIG" ? Server.WriteKubeconfig(ns: "shop") : null };
        var context = new CommandContext(terminal, TimeProvider.System, Variables.GetValueOrDefault, options => Cluster.Connect(options, environment));
        var code = await ScopeProgram.RunAsync(args, context, () => stop.IsCancellationRequested ? ExitCode.Interrupted : null, stop);
        return new Outcome(code, terminal.Output, terminal.Error);
    }

    /// <summary>Says what the agent answers to the request that it gets.</summary>
    public void OnRequest(Func<AgentRequest, FrameWriter, CancellationToken, Task> answer) => Server.OnExec(async (call, cancellationToken) =>
    {
        var frame = await new FrameReader(call.Input).ReadAsync(cancellationToken);
        var request = JsonSerializer.Deserialize(frame!.Value.Payload.Span, ProtocolJson.Default.AgentRequest)!;
        using var writer = new FrameWriter(call.Output);
        await answer(request, writer, cancellationToken);
        await call.ExitAsync(0);
    });

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

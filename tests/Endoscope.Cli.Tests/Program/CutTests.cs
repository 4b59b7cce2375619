using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Endoscope.Kubernetes;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>
/// Every command with its connection dropped, reset, black-holed or slowed at each phase: while connecting, in the TLS handshake, at each request, and in
/// the session. What the user is told is true, the exit code right, and nothing stays behind that the user is not told of.
/// </summary>
public sealed class CutTests(ITestOutputHelper log)
{
    private const int Connecting = -2;
    private const int Handshake = -1;
    private const int MostRequests = 10;
    private const int InSession = 100;
    private const int AFew = 4;
    private const int Many = 64;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    // The same for every fault.
    private static readonly Lazy<Task<(int Commands, IReadOnlyCollection<(string Command, int Phase, Outcome Sound)> Cases)>> Cases = new(CasesAsync);

    // What each command is given, in each of its ways; one that is not named here is run without anything.
    private static readonly Dictionary<string, string[]> Arguments = new()
    {
        ["ping"] = ["-d db -c 1"],
        ["hping"] = ["-d db -- -S"],
        ["shell"] = ["true"],
        ["fs"] = ["ls", "cat /x", "find --name x", "get /x /nowhere/x", "layers /x"],
        ["capture"] = ["--packets 1"],
        ["setup"] = ["--group oncall --apply"],
        ["istio"] = ["", "open", "close", "-- true"],
    };

    [Theory]
    [InlineData(Fault.Drop)]
    [InlineData(Fault.Reset)]
    [InlineData(Fault.BlackHole)]
    [InlineData(Fault.Slow)]
    public async Task SaysWhatHappenedAndLeavesNothing(Fault fault)
    {
        var (commands, cases) = await Cases.Value;
        using var certificates = new TestCertificates();
        var spoiled = 0;
        await Parallel.ForEachAsync(cases, AtOnce(fault is Fault.BlackHole or Fault.Slow ? Many : AFew), async (item, _) =>
        {
            if (await RunCaseAsync(item.Command, fault, item.Phase, item.Sound, certificates))
            {
                Interlocked.Increment(ref spoiled);
            }
        });
        log.WriteLine($"{fault}: {spoiled} connections spoiled in {cases.Count} runs");
        Assert.True(spoiled > commands * 3);
    }

    // Each command in each of its phases, with what it does when nothing is spoiled.
    private static async Task<(int Commands, IReadOnlyCollection<(string Command, int Phase, Outcome Sound)> Cases)> CasesAsync()
    {
        using var certificates = new TestCertificates();
        var commands = (await CommandsAsync()).SelectMany(command => Arguments.GetValueOrDefault(command, [""]).Select(line => $"{command} {line}".TrimEnd())).ToList();
        Assert.Superset(Arguments.SelectMany(one => one.Value.Select(line => $"{one.Key} {line}".TrimEnd())).ToHashSet(), commands.ToHashSet());
        var cases = new ConcurrentBag<(string Command, int Phase, Outcome Sound)>();
        await Parallel.ForEachAsync(commands, AtOnce(AFew), async (command, _) =>
        {
            await using var field = await Field.StartAsync(certificates);
            var sound = await field.RunAsync(command, CancellationToken.None);
            if (sound.ExitCode == ExitCode.Usage && !Arguments.ContainsKey(command.Split(' ')[0]))
            {
                // It needs no cluster, or is one of those that are tested elsewhere.
                return;
            }

            Assert.True(sound.ExitCode is ExitCode.Done or ExitCode.Negative, $"{command}: exit code {sound.ExitCode}\n{sound.Stderr}");

            // The ways of a command are the same until the session.
            var isFirst = !commands.TakeWhile(other => other != command).Any(other => other.Split(' ')[0] == command.Split(' ')[0]);
            foreach (var phase in isFirst ? Enumerable.Range(1, Math.Min(field.Requests, MostRequests)).Concat([Connecting, Handshake, InSession]) : [InSession])
            {
                cases.Add((command, phase, sound));
            }
        });
        return (commands.Count, cases);
    }

    private static ParallelOptions AtOnce(int count) => new() { MaxDegreeOfParallelism = count, CancellationToken = TestContext.Current.CancellationToken };

    /// <summary>Runs one command with its connections spoiled at one phase; false where it never came to that phase.</summary>
    /// <param name="sound">What it does when nothing is spoiled.</param>
    private static async Task<bool> RunCaseAsync(string command, Fault fault, int phase, Outcome sound, TestCertificates certificates)
    {
        await using var field = await Field.StartAsync(certificates);
        field.Arm(fault, phase);
        var clock = Stopwatch.StartNew();
        using var limit = new CancellationTokenSource(Longest);
        var outcome = await field.RunAsync(command, limit.Token);
        var told = $"{command}, {fault} at {phase}, after {clock.Elapsed.TotalSeconds:0.0} s: exit code {outcome.ExitCode}\n{outcome.Stdout}\n{outcome.Stderr}";
        Assert.False(limit.IsCancellationRequested, "it did not end: " + told);
        Assert.DoesNotContain("fault of scope", outcome.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Stderr, StringComparison.Ordinal);
        if (!field.Happened)
        {
            return false;
        }

        var failed = outcome.ExitCode is ExitCode.Cluster or ExitCode.Lost;
        if (fault == Fault.Slow)
        {
            Assert.True(phase == InSession || outcome.ExitCode == sound.ExitCode, told);
        }
        else if (phase == InSession)
        {
            Assert.True(outcome.ExitCode == ExitCode.Lost && outcome.Stderr.Contains("connection lost: ", StringComparison.Ordinal), told);
        }
        else
        {
            // It failed and says so, or it got round the fault and did the same as ever. A doctor reports and does not fail.
            Assert.True(failed || outcome.ExitCode == sound.ExitCode || (command == "doctor" && outcome.ExitCode == ExitCode.Negative), told);
            Assert.True(!failed || outcome.Stderr.Contains("scope: error: ", StringComparison.Ordinal), told);
        }

        var left = field.DebugPods();
        Assert.True(
            left.Count == 0 || outcome.Stderr.Contains("left behind", StringComparison.Ordinal) || outcome.Stderr.Contains("may have been created", StringComparison.Ordinal)
                || (!failed && command is "launch"),
            $"{string.Join(", ", left)} stayed behind: {told}");
        return true;
    }

    private static async Task<IReadOnlyList<string>> CommandsAsync()
    {
        await using var program = await WholeProgram.StartAsync();
        var help = (await program.RunAsync("--help")).Stdout;
        return [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1)
            .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && !line.StartsWith("   ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ', ',')[0])];
    }

    private sealed class Field : IAsyncDisposable
    {
        private readonly TestApiServer server;
        private readonly CuttingProxy proxy;
        private Fault? armed;
        private int phase;
        private int requests;

        private Field(TestApiServer server)
        {
            this.server = server;
            proxy = new CuttingProxy(new IPEndPoint(IPAddress.Loopback, server.Address.Port));
            server.Answer(_ =>
            {
                if (Interlocked.Increment(ref requests) == phase)
                {
                    Strike();
                }

                return null;
            });
            server.OnExec(async (call, token) =>
            {
                await SoundAgent.AnswerAsync(call, BeforeItEndsAsync, token);

                async Task BeforeItEndsAsync()
                {
                    if (phase == InSession)
                    {
                        Strike();
                        await Task.Delay(armed == Fault.Slow ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                    }
                }
            });
        }

        /// <summary>How many requests there were.</summary>
        public int Requests => requests;

        /// <summary>Whether the phase came.</summary>
        public bool Happened { get; private set; }

        public static async Task<Field> StartAsync(TestCertificates certificates)
        {
            var server = await TestApiServer.StartAsync(certificates: certificates);
            server.Pods.AddRunning("shop", "web");
            server.Pods.AddRunning("shop", "db");
            server.Objects["/version"] = """{"gitVersion":"v1.36.2"}""";
            server.Objects["/api/v1/nodes/node-1"] = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"}}""";
            server.Objects["/api/v1/nodes"] = """{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[]}""";
            server.Answer(request => request.Path.EndsWith("/selfsubjectaccessreviews", StringComparison.Ordinal) ? new ScriptedAnswer(201, """{"status":{"allowed":true}}""") : null);
            return new Field(server);
        }

        public void Arm(Fault fault, int at)
        {
            (armed, phase, requests, Happened) = (fault, at, 0, at < 0);
            proxy.AtConnect = at == Connecting ? fault : null;
            proxy.AtFirstBytes = at == Handshake ? fault : null;
        }

        public async Task<Outcome> RunAsync(string command, CancellationToken cancel)
        {
            var environment = ConnectionEnvironment.Current with { Variable = name => name == "KUBECONFIG" ? server.WriteKubeconfig(ns: "shop") : null };
            var terminal = new TestTerminal();
            var context = new CommandContext(terminal, TimeProvider.System, _ => null, options => Cluster.Connect(options, environment));
            string[] target = command is "cleanup" ? ["-p", "all"] : command is "list" or "doctor" ? [] : ["-p", "web", "-t"];

            // Where it is to succeed it may take longer: many run at once.
            var (request, start) = armed is Fault.Slow or null ? ("30s", "30s") : ("3s", "5s");
            string[] args = ["--server", $"https://{proxy.Address}", "--request-timeout", request, "--timeout", start, .. target, .. command.Split(' ')];
            var code = await ScopeProgram.RunAsync(args, context, () => null, cancel);
            return new Outcome(code, terminal.Output, terminal.Error);
        }

        public IReadOnlyList<string> DebugPods() => [.. server.Pods.All.Select(pod => pod.Metadata.Name).Where(name => name.StartsWith("debug-", StringComparison.Ordinal))];

        public async ValueTask DisposeAsync()
        {
            await proxy.DisposeAsync();
            await server.DisposeAsync();
        }

        private void Strike()
        {
            if (armed is { } fault)
            {
                Happened = true;
                proxy.Break(fault);
            }
        }
    }
}

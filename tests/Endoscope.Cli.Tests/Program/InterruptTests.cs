using System.Diagnostics;
using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Quality row 22: stopped at any moment, a command ends soon and leaves what was asked for.</summary>
public sealed class InterruptTests
{
    // Long enough for a busy machine, and far from the minute that a debug pod may take to start.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // One request after the other, from the first look at the target to the removal.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LeavesNothingHalfMadeWhicheverRequestItIsStoppedAt(bool terminate)
    {
        var uninterrupted = await StoppedAtAsync(int.MaxValue, terminate);
        Assert.Equal((ExitCode.Done, terminate ? 0 : 1), (uninterrupted.Outcome.ExitCode, uninterrupted.Left));
        Assert.True(uninterrupted.Requests > 5, $"{uninterrupted.Requests} requests");

        for (var request = 1; request <= uninterrupted.Requests; request++)
        {
            var stopped = await StoppedAtAsync(request, terminate);

            Assert.True(stopped.Took < Soon, $"request {request} of {uninterrupted.Requests}: took {stopped.Took}");
            Assert.True(stopped.Outcome.ExitCode is ExitCode.Interrupted or ExitCode.Done, $"request {request}: {stopped.Outcome}");
            Assert.True(stopped.Left == 0 || (!terminate && stopped.IsRunning), $"request {request}: a debug pod is left; {stopped.Outcome}");
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData(300)]
    [InlineData(1200)]
    public async Task RemovesADebugPodWhoseCreationTheServerAnswersOnlyAfterTheStop(int delay)
    {
        await using var program = await WholeProgram.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        program.Server.Pods.OnCreated = (_, _) => { };
        program.Server.Before = async request =>
        {
            if (IsCreation(request))
            {
                await stop.CancelAsync();
                await Task.Delay(delay, TestContext.Current.CancellationToken);
            }
        };
        var clock = Stopwatch.StartNew();

        var outcome = await program.RunAsync(new TestTerminal(), ["-p", "web", "pids"], stop.Token);

        Assert.Equal(ExitCode.Interrupted, outcome.ExitCode);
        Assert.True(clock.Elapsed < Soon, $"took {clock.Elapsed}");
        Assert.Null(program.Server.Pods.Find("shop", "debug-web"));
    }

    [Fact(Timeout = 60_000)]
    public async Task SaysWhatMayBeLeftWhereTheServerDoesNotAnswerTheCreationInTime()
    {
        await using var program = await WholeProgram.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var answering = new TaskCompletionSource();
        program.Server.Before = async request =>
        {
            if (IsCreation(request))
            {
                await stop.CancelAsync();
                await answering.Task;
            }
        };
        var clock = Stopwatch.StartNew();

        var outcome = await program.RunAsync(new TestTerminal(), ["-p", "web", "pids"], stop.Token);
        answering.SetResult();

        Assert.Equal(ExitCode.Interrupted, outcome.ExitCode);
        Assert.True(clock.Elapsed < Soon, $"took {clock.Elapsed}");
        Assert.Contains("debug pod debug-web may have been created all the same; scope -n shop -p all cleanup removes it", outcome.Stderr);
    }

    private static async Task<(Outcome Outcome, TimeSpan Took, int Requests, int Left, bool IsRunning)> StoppedAtAsync(int number, bool terminate)
    {
        await using var program = await WholeProgram.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        program.OnRequest(async (_, agent, token) =>
        {
            await agent.WriteAsync(FrameType.Processes, new ProcessList([]), ProtocolJson.Default.ProcessList, token);
            await agent.WriteAsync(FrameType.End, new EndEvent { OutputBytes = 0, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        });
        var count = 0;
        var clock = new Stopwatch();
        program.Server.Answer(_ =>
        {
            if (Interlocked.Increment(ref count) == number)
            {
                clock.Start();
                stop.Cancel();
            }

            return null;
        });

        string[] args = ["-p", "web", "pids"];
        var outcome = await program.RunAsync(new TestTerminal(), terminate ? ["-t", .. args] : args, stop.Token);

        var left = program.Server.Pods.All.Where(pod => pod.Metadata.Name != "web").ToList();
        return (outcome, clock.Elapsed, count, left.Count, left.All(pod => pod.Status?.Phase == "Running"));
    }

    private static bool IsCreation(RecordedRequest request) => request.Method == "POST" && request.Path.EndsWith("/pods", StringComparison.Ordinal);
}

using Endoscope.Testing.ApiServer;
using Microsoft.Extensions.Time.Testing;

namespace Endoscope.Kubernetes.Tests.Exec;

public class ExecKeepAliveTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task NoticesAVanishedPeerWithinThirtySeconds()
    {
        await using var server = await StartAsync();
        server.OnExec((call, _) => call.VanishAsync());
        using var cluster = Connect(server);
        await using var session = await cluster.ExecAsync("sleep");

        var reading = session.Output.ReadAsync(new byte[1], Connecting.Cancelled).AsTask();
        var waited = await PassAsync(TimeSpan.FromSeconds(60), () => reading.IsCompleted);

        var e = await Assert.ThrowsAsync<ConnectionLostException>(() => reading.WaitAsync(TimeSpan.FromSeconds(10), Connecting.Cancelled));
        Assert.Equal("the server has not answered for 20 s", e.Message);
        Assert.InRange(waited, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task LetsAnIdleSessionLive()
    {
        await using var server = await StartAsync();
        var go = new TaskCompletionSource();
        server.OnExec(async (call, token) =>
        {
            await go.Task;
            await call.Output.WriteAsync("x"u8.ToArray(), token);
        });
        using var cluster = Connect(server);
        await using var session = await cluster.ExecAsync("sleep");

        var reading = session.Output.ReadAllAsync();
        await PassAsync(TimeSpan.FromMinutes(10), () => reading.IsCompleted);
        go.SetResult();

        Assert.Equal("x"u8.ToArray(), await reading);
    }

    [Fact]
    public async Task DoesNotTakeAReaderWhoPausesForADeadPeer()
    {
        await using var server = await StartAsync();
        const int Size = 32 * 1024 * 1024;
        server.OnExec(async (call, token) =>
        {
            for (var sent = 0; sent < Size; sent += 32 * 1024)
            {
                await call.Output.WriteAsync(new byte[32 * 1024], token);
            }
        });
        using var cluster = Connect(server);
        await using var session = await cluster.ExecAsync("cat");

        Assert.NotEqual(0, await session.Output.ReadAsync(new byte[1], Connecting.Cancelled));
        await PassAsync(TimeSpan.FromMinutes(10), () => false);
        var rest = await session.Output.ReadAllAsync();

        Assert.Equal(Size - 1, rest.Length);
        Assert.Equal(0, session.Status!.ExitCode);
    }

    /// <summary>Lets the given time pass in steps, each with a moment of real time for what it sets off; returns how much has passed.</summary>
    private async Task<TimeSpan> PassAsync(TimeSpan span, Func<bool> done)
    {
        var passed = TimeSpan.Zero;
        while (passed < span && !done())
        {
            time.Advance(Step);
            passed += Step;
            await Task.Delay(100, Connecting.Cancelled);
        }

        return passed;
    }

    private Cluster Connect(TestApiServer server)
        => Cluster.Connect(new() { Kubeconfig = server.WriteKubeconfig() }, Connecting.Surroundings() with { Time = time });

    private static async Task<TestApiServer> StartAsync()
    {
        var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        return server;
    }
}

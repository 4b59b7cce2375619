using System.Diagnostics;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Kubernetes.Tests.Exec;

/// <summary>Measures memory, so nothing else may run beside it.</summary>
[CollectionDefinition(DisableParallelization = true)]
public class Alone;

[Collection<Alone>]
public class ExecStreamingTests
{
    private const int Chunk = 1024 * 1024;

    [Fact]
    public async Task HoldsTheServerBackWhileTheReaderIsSlow()
    {
        await using var server = await StartAsync();
        var sent = 0L;
        server.OnExec(async (call, token) =>
        {
            for (var i = 0; i < 64; i++)
            {
                await call.Output.WriteAsync(Block(i), token);
                Interlocked.Add(ref sent, Chunk);
            }
        });
        using var cluster = server.Connect();
        await using var session = await cluster.ExecAsync("cat");
        var one = new byte[1];

        Assert.Equal(1, await session.Output.ReadAsync(one, Connecting.Cancelled));
        await UntilSteadyAsync(() => Interlocked.Read(ref sent));

        // What the two sockets and Kestrel hold; the client itself holds 128 KiB.
        Assert.InRange(Interlocked.Read(ref sent), 0, 24 * Chunk);
        var rest = await session.Output.ReadAllAsync();
        Assert.Equal((64 * Chunk) - 1, rest.Length);
        for (var i = 0; i < 64; i++)
        {
            Assert.True(Block(i).AsSpan(i == 0 ? 1 : 0).SequenceEqual(rest.AsSpan(Math.Max((i * Chunk) - 1, 0), i == 0 ? Chunk - 1 : Chunk)));
        }
    }

    [Fact]
    public async Task StreamsTwoGibibytesExactlyInLittleMemory()
    {
        const int Blocks = 2048;
        await using var server = await StartAsync();
        var block = Block(7);
        server.OnExec(async (call, token) =>
        {
            for (var i = 0; i < Blocks; i++)
            {
                await call.Output.WriteAsync(block, token);
            }
        });
        using var cluster = server.Connect();
        await using var session = await cluster.ExecAsync("cat");
        var buffer = new byte[64 * 1024];
        var (total, mostMemory) = (0L, 0L);
        var clock = Stopwatch.StartNew();

        while (await session.Output.ReadAsync(buffer, Connecting.Cancelled) is > 0 and var count)
        {
            for (var done = 0; done < count;)
            {
                var at = (int)((total + done) % Chunk);
                var length = Math.Min(count - done, Chunk - at);
                Assert.True(buffer.AsSpan(done, length).SequenceEqual(block.AsSpan(at, length)));
                done += length;
            }

            if ((total + count) / (64 * Chunk) > total / (64 * Chunk))
            {
                mostMemory = Math.Max(mostMemory, GC.GetTotalMemory(forceFullCollection: true));
            }

            total += count;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{total / clock.Elapsed.TotalSeconds / 1e6:0} MB/s, at most {mostMemory / 1e6:0} MB, server included");
        Assert.Equal((long)Blocks * Chunk, total);
        Assert.Equal(0, session.Status!.ExitCode);
        Assert.InRange(mostMemory, 0, 150_000_000);
    }

    private static byte[] Block(int seed)
    {
        var block = new byte[Chunk];
        new Random(seed).NextBytes(block);
        return block;
    }

    private static async Task UntilSteadyAsync(Func<long> value)
    {
        for (var last = -1L; value() != last;)
        {
            last = value();
            await Task.Delay(500, Connecting.Cancelled);
        }
    }

    private static async Task<TestApiServer> StartAsync()
    {
        var server = await TestApiServer.StartAsync();
        server.Pods.AddRunning("default", "web");
        return server;
    }
}

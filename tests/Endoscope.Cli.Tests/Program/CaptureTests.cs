using System.Buffers.Binary;
using System.Text.Json;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Quality row 25: what is in the file is whole, and what is not in it is told.</summary>
public sealed class CaptureTests : IDisposable
{
    private const uint EnhancedPacket = 6;
    private const int Cuts = 1000;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(folder.FullName, "web.pcapng");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task WritesWhatWasCaptured()
    {
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunAsync("-p", "web", "capture", "-w", File, "--packets", "20");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Equal(20, PacketsIn(File));
        Assert.Contains("shop/web:eth0: 20 packets captured, 20 passed the filter, 0 dropped by the kernel", outcome.Stderr);
        Assert.Equal("", outcome.Stdout);
    }

    [Fact]
    public async Task TellsWhatTheKernelDropped()
    {
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync(dropped: 3));

        var outcome = await program.RunAsync("-p", "web", "capture", "-w", File, "--packets", "20");

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Contains("20 packets captured, 23 passed the filter, 3 dropped by the kernel", outcome.Stderr);
    }

    [Fact]
    public async Task TellsScriptsTheSame()
    {
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync(dropped: 3));

        var outcome = await program.RunAsync("-p", "web", "-o", "json", "capture", "-w", File, "--packets", "20");

        var last = JsonDocument.Parse(outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal("lossy", last.GetProperty("result").GetString());
        Assert.Equal(20, last.GetProperty("packets").GetInt64());
        Assert.Equal(3, last.GetProperty("interfaces")[0].GetProperty("dropped").GetInt64());
    }

    [Fact]
    public async Task NoticesPacketsThatDidNotArrive()
    {
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        using var more = await agent.LastWordsAsync();
        using var other = await (await CapturingAgent.StartAsync()).SendAsync(19);
        other.Meet(program, more);

        var outcome = await program.RunAsync("-p", "web", "capture", "-w", File, "--duration", "1s");

        Assert.Equal(ExitCode.Lost, outcome.ExitCode);
        Assert.Contains("the capture is not whole", outcome.Stderr);
    }

    [Fact]
    public async Task EndsQuietlyWhenWhoeverReadsHasEnough()
    {
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunIntoAsync(new ClosedPipe(), "-p", "web", "capture", "-w", "-");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.DoesNotContain("error", outcome.Stderr);
    }

    [Fact]
    public async Task SaysThatTheDiskIsFull()
    {
        Assert.SkipUnless(System.IO.File.Exists("/dev/full"), "there is no /dev/full");
        await using var program = await StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunAsync("-p", "web", "capture", "-w", "/dev/full");

        Assert.Equal(ExitCode.Lost, outcome.ExitCode);
        Assert.Contains("it cannot be written: No space left on device", outcome.Stderr);
        Assert.Contains("shop/web:eth0: 20 packets captured", outcome.Stderr);
    }

    [Fact]
    public async Task SaysWhatIsWrongWithTheFilter()
    {
        await using var program = await StartAsync();
        program.OnRequest((_, agent, token) => agent.WriteAsync(
            FrameType.End,
            new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.Filter, "the filter 'tcp prt 80' is wrong: syntax error") },
            ProtocolJson.Default.EndEvent,
            token).AsTask());

        var outcome = await program.RunAsync("-p", "web", "capture", "-f", "tcp prt 80", "-w", File);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("the filter 'tcp prt 80' is wrong: syntax error", outcome.Stderr);
        Assert.False(System.IO.File.Exists(File));
    }

    [Theory]
    [InlineData("no target was named", "capture", "-w", "x")]
    [InlineData("a ring is made of files", "-p", "web", "capture", "--ring", "3x1M")]
    [InlineData("is not a ring of files", "-p", "web", "capture", "-w", "x", "--ring", "3")]
    [InlineData("is not a whole number", "-p", "web", "capture", "-w", "x", "--snaplen", "0")]
    [InlineData("is not a size", "-p", "web", "capture", "-w", "x", "--size", "1X")]
    [InlineData("there is no pod 'nobody' in namespace 'shop'", "-p", "nobody", "capture", "-w", "x")]
    public async Task RefusesWhatMakesNoSense(string because, params string[] args)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(args);

        Assert.True(outcome.ExitCode is ExitCode.Usage or ExitCode.Cluster, outcome.ToString());
        Assert.Contains(because, outcome.Stderr);
    }

    [Fact]
    public async Task KeepsAWholeFileAndSaysSoHoweverTheConnectionIsCut()
    {
        await using var program = await StartAsync();
        using var agent = await CapturingAgent.StartAsync();
        for (var frame = 0; frame < 20; frame++)
        {
            await agent.SendAsync(5, length: 60 + (frame * 70));
            await agent.CountAsync();
        }

        var spoken = agent.Spoken;
        var random = new Random(5);
        for (var i = 0; i < Cuts; i++)
        {
            System.IO.File.Delete(File);
            var said = random.Next(1, spoken.Length);
            program.Server.OnExec(async (call, token) =>
            {
                await new FrameReader(call.Input).ReadAsync(token);
                await call.Output.WriteAsync(spoken.AsMemory(0, said), token);
                call.Cut();
            });

            var outcome = await program.RunAsync("-p", "web", "capture", "-w", File);

            Assert.True(outcome.ExitCode == ExitCode.Lost, $"cut after {said} bytes: {outcome}");
            Assert.True(outcome.Stderr.Contains("connection", StringComparison.Ordinal) || outcome.Stderr.Contains("stream", StringComparison.Ordinal), outcome.Stderr);
            Assert.True(!System.IO.File.Exists(File) || PacketsIn(File) <= 100);
        }
    }

    private static async Task<WholeProgram> StartAsync()
    {
        var program = await WholeProgram.StartAsync();
        program.Server.Objects["/api/v1/nodes/node-1"] = """{"kind":"Node","apiVersion":"v1","metadata":{"name":"node-1"}}""";
        return program;
    }

    /// <summary>Counts the packets of a file, all of whose blocks are whole.</summary>
    private static int PacketsIn(string path)
    {
        var file = System.IO.File.ReadAllBytes(path);
        var count = 0;
        for (var at = 0; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + length - 4)));
            count += BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at)) == EnhancedPacket ? 1 : 0;
            at += length;
        }

        return count;
    }
}

using System.Text.Json;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Program;

/// <summary>What became of the packets between two pods.</summary>
public sealed class CaptureBetweenTests : IDisposable
{
    // Pods are captured in the order of their names.
    private const int Database = 0;
    private const int Web = 1;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task SaysThatAllArrived()
    {
        var outcome = await RunAsync(10, 0, [], (Web, 0, Ping(8, 1)), (Database, 1, Ping(8, 1)), (Database, 2, Ping(0, 1)), (Web, 3, Ping(0, 1)));

        Assert.True(outcome.ExitCode == ExitCode.Done, outcome.ToString());
        var lines = outcome.Stdout.Split('\n');
        Assert.EndsWith(" 10.0.0.8 > 10.0.0.7 ICMP echo request id=7 seq=1 len=8: arrived after 1.000 ms", lines[0]);
        Assert.EndsWith(" 10.0.0.7 > 10.0.0.8 ICMP echo reply id=7 seq=1 len=8: arrived after 1.000 ms", lines[1]);
        Assert.StartsWith("FROM  TO   SENT  ARRIVED  LOST", lines[2]);
        Assert.Matches(@"^web   db      1        1     0        0        0         1           0   1\.000   1\.000  1\.000  1\.000$", lines[3]);
        Assert.Equal("times by one clock", lines[5]);
    }

    [Fact]
    public async Task TellsLossesFromPacketsThatNobodyAnswers()
    {
        var outcome = await RunAsync(10, 0, [], (Database, -1, Ping(0, 0)), (Web, 0, Ping(0, 0)), (Web, 0, Ping(8, 1)), (Web, 1000, Ping(8, 2)), (Database, 1001, Ping(8, 2)));

        Assert.True(outcome.ExitCode == ExitCode.Negative, outcome.ToString());
        Assert.Contains("seq=1 len=8: LOST: shop/web:eth0 on node-1 sent it, and db did not receive it within 2 s", outcome.Stdout);
        Assert.Contains("seq=2 len=8: arrived after 1.000 ms", outcome.Stdout);
        Assert.Contains("seq=2 len=8: NOT ANSWERED: shop/db:eth0 on node-1 received it, and sent no answer within 2 s", outcome.Stdout);
    }

    [Fact]
    public async Task DoesNotCallLostWhatTheCaptureMayHaveDropped()
    {
        var outcome = await RunAsync(10, 5, [], (Database, -1, Ping(0, 0)), (Web, 0, Ping(0, 0)), (Web, 0, Ping(8, 1)));

        Assert.True(outcome.ExitCode == ExitCode.Lost, outcome.ToString());
        Assert.Contains("seq=1 len=8: not seen to arrive: the capture at db dropped packets meanwhile", outcome.Stdout);
        Assert.Contains("1 packets of web were not seen to arrive", outcome.Stdout);
    }

    [Fact]
    public async Task TellsScriptsTheSameAndKeepsThePackets()
    {
        var file = Path.Combine(folder.FullName, "both.pcapng");

        var outcome = await RunAsync(10, 0, ["-o", "json", "-w", file], (Web, 0, Ping(8, 1)), (Database, 1, Ping(8, 1)), (Web, 1000, Ping(8, 2)));

        Assert.True(outcome.ExitCode == ExitCode.Negative, outcome.ToString());
        var lines = outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["arrived", "lost", "summary", "unanswered"], lines.Select(line => line.GetProperty("event").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(1, lines.First(line => line.GetProperty("event").ValueEquals("arrived")).GetProperty("delayMilliseconds").GetDouble());
        Assert.Equal("lost", lines[^1].GetProperty("result").GetString());
        Assert.Equal(2, lines[^1].GetProperty("directions")[0].GetProperty("packets").GetProperty("sent").GetInt64());
        Assert.True(new FileInfo(file).Length > 300);
    }

    [Fact]
    public async Task GivesNoVerdictWhereTheCaptureIsCut()
    {
        await using var program = await StartAsync();
        using var agent = await SpeakAsync((Database, -1, Ping(0, 0)), (Web, 0, Ping(0, 0)), (Web, 0, Ping(8, 1)));
        program.Server.OnExec(async (call, token) =>
        {
            await agent.SpeakAsync(call, new FrameReader(call.Input), token);
            await Task.Delay(500, token);
            call.Cut();
        });

        var outcome = await program.RunAsync("capture", "--between", "web", "db");

        Assert.True(outcome.ExitCode == ExitCode.Lost, outcome.ToString());
        Assert.DoesNotContain("LOST:", outcome.Stdout);
        Assert.Contains("1 packets of web were still on their way when the capture ended", outcome.Stdout);
    }

    [Theory]
    [InlineData("names 'web' twice", "--between", "web", "web")]
    [InlineData("Required argument missing", "--between", "web")]
    [InlineData("names no kind of target", "--between", "web", "thing/db")]
    [InlineData("there is no pod 'nobody'", "--between", "web", "nobody")]
    [InlineData("--within belongs to --between", "--within", "2s")]
    [InlineData("cannot both go to standard output", "--between", "web", "db", "-w", "-")]
    [InlineData("exclude each other", "--between", "web", "db", "--wireshark")]
    [InlineData("exclude each other", "--between", "web", "db", "--decode")]
    [InlineData("leave -p out", "-p", "web", "--between", "web", "db")]
    public async Task RefusesWhatMakesNoSense(string because, params string[] args)
    {
        await using var program = await StartAsync();

        var outcome = await program.RunAsync(["capture", .. args]);

        Assert.True(outcome.ExitCode is ExitCode.Usage or ExitCode.Cluster, outcome.ToString());
        Assert.Contains(because, outcome.Stderr);
        Assert.Equal("", outcome.Stdout);
    }

    private static async Task<WholeProgram> StartAsync()
    {
        var program = await WholeProgram.StartAsync();
        program.Server.Pods.AddRunning("shop", "db");
        return program;
    }

    private static async Task<Outcome> RunAsync(int seconds, long dropped, string[] options, params (int Interface, int Milliseconds, byte[] Data)[] packets)
    {
        await using var program = await StartAsync();
        using var agent = await SpeakAsync(packets);
        using var last = await agent.LastWordsOfTwoAsync(seconds, dropped);
        agent.Meet(program, last);
        return await program.RunAsync(["capture", "--between", "web", "db", "--packets", $"{packets.Length}", .. options]);
    }

    private static async Task<CapturingAgent> SpeakAsync(params (int Interface, int Milliseconds, byte[] Data)[] packets) =>
        await (await (await CapturingAgent.StartAsync()).JoinAsync()).SendAsync(packets);

    // Ethernet, IPv4, ICMP; requests from web to db, replies back.
    private static byte[] Ping(byte type, byte sequence)
    {
        byte[] hardware = [2, 0, 0, 0, 0, 8, 2, 0, 0, 0, 0, 7];
        var (source, destination) = type == 8 ? ((byte)8, (byte)7) : ((byte)7, (byte)8);
        return [.. hardware, 8, 0, 0x45, 0, 0, 28, 0, sequence, 0, 0, 64, 1, 0, 0, 10, 0, 0, source, 10, 0, 0, destination, type, 0, 0, 0, 0, 7, 0, sequence];
    }
}

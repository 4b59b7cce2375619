using System.Text.Json;
using Endoscope.Cli.Capture;

namespace Endoscope.Cli.Tests.Program;

/// <summary>A line a packet, on standard output.</summary>
public sealed class CaptureDecodeTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(folder.FullName, "web.pcapng");

    public void Dispose() => folder.Delete(recursive: true);

    // There is no tshark in the environment of these tests.
    [Theory]
    [InlineData("--decode")]
    [InlineData("--decode=auto")]
    [InlineData("--decode=own")]
    public async Task ShowsALineAPacket(string option)
    {
        await using var program = await WholeProgram.StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(3);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunAsync("-p", "web", "capture", option, "--packets", "3");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        var lines = outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^\d\d:\d\d:20\.000000 shop/web:eth0 out 10\.0\.0\.7 > 10\.0\.0\.8 ICMP broken or cut off$", line));
    }

    [Fact]
    public async Task ShowsNamesAndKeepsThePacketsToo()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Server.Objects["/api/v1/services"] =
            """{"kind":"ServiceList","apiVersion":"v1","items":[{"metadata":{"name":"db","namespace":"shop"},"spec":{"clusterIP":"10.0.0.8"}}]}""";
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(3);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunAsync("-p", "web", "-o", "json", "capture", "--decode", "-w", File, "--packets", "3");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        var first = JsonDocument.Parse(outcome.Stdout.Split('\n')[0]).RootElement;
        Assert.Equal("2023-11-14T22:13:20.000000000Z", first.GetProperty("time").GetString());
        Assert.Equal("db.shop.svc", first.GetProperty("destination").GetProperty("name").GetString());
        Assert.Equal("10.0.0.8", first.GetProperty("destination").GetProperty("address").GetString());
        Assert.False(first.GetProperty("source").TryGetProperty("name", out _));
        Assert.Equal(3, outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("\"result\":\"complete\"", outcome.Stderr);
        Assert.True(new FileInfo(File).Length > 300);
    }

    [Theory]
    [InlineData("exclude each other", "--decode", "--wireshark")]
    [InlineData("cannot both go to standard output", "--decode", "-w", "-")]
    [InlineData("tshark was not found", "--decode=tshark")]
    [InlineData("no JSON that scope knows", "--decode=tshark", "-o", "json")]
    [InlineData("Must be one of", "--decode=dumpcap")]
    public async Task RefusesWhatMakesNoSense(string because, params string[] args)
    {
        await using var program = await WholeProgram.StartAsync();
        using var agent = await CapturingAgent.StartAsync();
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunAsync(["-p", "web", "capture", .. args]);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains(because, outcome.Stderr);
        Assert.Equal("", outcome.Stdout);
    }

    [Fact]
    public async Task MakesHarmlessWhatTsharkShowsAndComplainsOf()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it is a shell script");
        var program = Path.Combine(folder.FullName, "tshark");
        await System.IO.File.WriteAllTextAsync(
            program, "#!/bin/sh\nwc -c\nprintf '\\033[31mred\\n'\necho 'Running as user \"root\"' >&2\necho 'it is broken' >&2\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var shown = new StringWriter();

        await using var tshark = TsharkProgram.TryStart(name => name == "SCOPE_TSHARK" ? program : null, isOfMany: false, shown)!;
        await tshark.Input.WriteAsync(new byte[1000], TestContext.Current.CancellationToken);
        var complaints = await tshark.FinishAsync();

        Assert.Equal("1000\n\\x1b[31mred\n", shown.ToString().ReplaceLineEndings("\n").Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(["it is broken"], complaints);
    }

    [Fact]
    public async Task EndsQuietlyWhenWhoeverReadsHasEnough()
    {
        await using var program = await WholeProgram.StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(3);
        agent.Meet(program, await agent.LastWordsAsync());

        var outcome = await program.RunIntoAsync(new ClosedPipe(), "-p", "web", "capture", "--decode");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.DoesNotContain("error", outcome.Stderr);
    }
}

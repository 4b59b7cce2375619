using Endoscope.Cli.Capture;

namespace Endoscope.Cli.Tests.Program;

/// <summary><c>capture --wireshark</c> with a stand-in for Wireshark that does what its users do to it.</summary>
public sealed class WiresharkTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string Seen => Path.Combine(folder.FullName, "seen");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task EndsTheCaptureWhenItsWindowIsClosed()
    {
        var outcome = await RunAsync("head -c 200 > /dev/null; exit 0");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.Contains("packets captured, 20 passed the filter", outcome.Stderr);
        Assert.DoesNotContain("error", outcome.Stderr);
    }

    [Fact]
    public async Task EndsTheCaptureWhenItEndsAtOnce()
    {
        var outcome = await RunAsync("exec <&-; exit 0");

        Assert.Equal(ExitCode.Done, outcome.ExitCode);
        Assert.DoesNotContain("error", outcome.Stderr);
    }

    [Theory]
    [InlineData("head -c 200 > /dev/null; exit 3", 3)]
    [InlineData("exit 1", 1)]
    [InlineData("kill -SEGV $$", 139)]
    public async Task SaysSoWhenItCrashes(string script, int code)
    {
        var outcome = await RunAsync(script);

        Assert.Equal(ExitCode.Lost, outcome.ExitCode);
        Assert.Contains($"scope: error: Wireshark ended with exit code {code}; ", outcome.Stderr);
    }

    [Fact]
    public async Task KeepsWhatItHasWhenTheCaptureIsInterrupted()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = RunUntilAsync($"cat > {Seen}; touch {Seen}.whole", stop.Token);
        await UntilAsync(() => System.IO.File.Exists(Seen) && new FileInfo(Seen).Length > 20 * 60, running);

        await stop.CancelAsync();

        Assert.Equal(ExitCode.Done, (await running).ExitCode);
        await UntilAsync(() => System.IO.File.Exists(Seen + ".whole"));
        Assert.Equal(20, Pcapng.CountPackets(await System.IO.File.ReadAllBytesAsync(Seen, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task IsLookedForBeforeAnythingElse()
    {
        await using var program = await WholeProgram.StartAsync();
        program.Variables["SCOPE_WIRESHARK"] = Path.Combine(folder.FullName, "nothing");

        var outcome = await program.RunAsync("-p", "web", "capture", "--wireshark");

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains($"SCOPE_WIRESHARK names {program.Variables["SCOPE_WIRESHARK"]}, which is not there", outcome.Stderr);
        Assert.Empty(program.Server.Requests);
    }

    [Theory]
    [InlineData(nameof(Desktop.Linux), "/usr/bin/wireshark", "/usr/bin/wireshark")]
    [InlineData(nameof(Desktop.MacOS), "/Applications/Wireshark.app/Contents/MacOS/Wireshark", "/Applications/Wireshark.app/Contents/MacOS/Wireshark")]
    [InlineData(nameof(Desktop.MacOS), "/home/jane/Applications/Wireshark.app/Contents/MacOS/Wireshark", "/home/jane/Applications/Wireshark.app/Contents/MacOS/Wireshark")]
    [InlineData(nameof(Desktop.Wsl), "/mnt/c/Program Files/Wireshark/Wireshark.exe", "/mnt/c/Program Files/Wireshark/Wireshark.exe")]
    [InlineData(nameof(Desktop.Wsl), "/usr/bin/wireshark", "/usr/bin/wireshark")]
    [InlineData(nameof(Desktop.Windows), @"C:\Program Files\Wireshark\wireshark.exe", @"C:\Program Files\Wireshark\wireshark.exe")]
    [InlineData(nameof(Desktop.Windows), @"D:\bin\wireshark.exe", @"D:\bin\wireshark.exe")]
    public void IsFoundWhereItIsInstalled(string desktop, string there, string expected)
    {
        var plan = WiresharkProgram.Plan(Enum.Parse<Desktop>(desktop), Variable(desktop), path => path == there);

        Assert.Equal(expected, plan.Program);
        Assert.Equal(["-k", "-i", "-", "-N", "dmn"], plan.Arguments);
    }

    [Fact]
    public void OutlivesAnInterruptOnLinux()
    {
        var plan = WiresharkProgram.Plan(Desktop.Linux, Variable("Linux"), path => path is "/usr/bin/setsid" or "/usr/bin/wireshark");

        Assert.Equal("/usr/bin/setsid", plan.Program);
        Assert.Equal(["/usr/bin/wireshark", "-k", "-i", "-", "-N", "dmn"], plan.Arguments);
    }

    [Theory]
    [InlineData(nameof(Desktop.Linux), "apt install wireshark")]
    [InlineData(nameof(Desktop.MacOS), "brew install --cask wireshark")]
    [InlineData(nameof(Desktop.Wsl), "in Windows: winget install")]
    [InlineData(nameof(Desktop.Windows), "winget install WiresharkFoundation.Wireshark")]
    public void SaysWhatToInstall(string desktop, string expected)
    {
        var missing = Assert.Throws<UsageException>(() => WiresharkProgram.Plan(Enum.Parse<Desktop>(desktop), Variable(desktop), _ => false));

        Assert.Contains(expected, missing.Hint);
    }

    private static Func<string, string?> Variable(string desktop) => name => (name, desktop) switch
    {
        ("PATH", nameof(Desktop.Windows)) => @"C:\Windows;D:\bin\",
        ("PATH", _) => "/usr/local/bin:/usr/bin/",
        ("ProgramFiles", nameof(Desktop.Windows)) => @"C:\Program Files",
        ("HOME", nameof(Desktop.MacOS)) => "/home/jane",
        _ => null,
    };

    private Task<Outcome> RunAsync(string script) => RunUntilAsync(script, TestContext.Current.CancellationToken);

    private async Task<Outcome> RunUntilAsync(string script, CancellationToken stop)
    {
        await using var program = await WholeProgram.StartAsync();
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(20);
        agent.Meet(program, await agent.LastWordsAsync());
        var path = Path.Combine(folder.FullName, "wireshark");
        await System.IO.File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("the stand-in is a shell script");
        }
        else
        {
            System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        program.Variables["SCOPE_WIRESHARK"] = path;
        return await program.RunAsync(new TestTerminal(), ["-p", "web", "capture", "--wireshark"], stop);
    }

    private static async Task UntilAsync(Func<bool> holds, Task? unless = null)
    {
        while (!holds())
        {
            Assert.False(unless is { IsCompleted: true }, "it ended before");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}

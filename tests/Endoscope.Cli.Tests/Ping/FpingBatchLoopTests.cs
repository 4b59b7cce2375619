using System.Diagnostics;
using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

/// <summary>Runs the loop that changes ICMP ids with a stand-in for fping, which needs no rights.</summary>
public sealed class FpingBatchLoopTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("scope-fping-").FullName;

    public static bool IsLinux => OperatingSystem.IsLinux();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact(SkipUnless = nameof(IsLinux), Skip = "needs bash and fping's home")]
    public async Task SendsExactlySoManyProbesAtTheirPace()
    {
        var watch = Stopwatch.StartNew();
        var (lines, exitCode) = await RunAsync(count: 5, probesPerId: 2, "echo \"$1 $2 ${10}\"; exit $(($2 == 2))");

        Assert.Equal([FpingPlan.BatchMarker, "-c 2 127.0.0.1", FpingPlan.BatchMarker, "-c 2 127.0.0.1", FpingPlan.BatchMarker, "-c 1 127.0.0.1"], lines);
        Assert.Equal(1, exitCode);
        Assert.InRange(watch.ElapsedMilliseconds, 4 * 100, 10_000);
    }

    [Fact(SkipUnless = nameof(IsLinux), Skip = "needs bash and fping's home")]
    public async Task EndsWhereFpingCannotWork()
    {
        var (lines, exitCode) = await RunAsync(count: 0, probesPerId: 2, "echo \"fping: can't create socket\" >&2; exit 4");

        Assert.Equal([FpingPlan.BatchMarker, "fping: can't create socket"], lines);
        Assert.Equal(4, exitCode);
    }

    private async Task<(string[] Lines, int ExitCode)> RunAsync(int count, int probesPerId, string fping)
    {
        var program = Path.Combine(folder, "fping");
        await File.WriteAllTextAsync(program, "#!/bin/sh\n" + fping + "\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var plan = FpingPlan.For(new FpingRequest
        {
            Addresses = [IPAddress.Loopback],
            Count = count,
            ProbesPerId = probesPerId,
            Interval = TimeSpan.FromMilliseconds(100),
        });
        var start = new ProcessStartInfo(plan.Argv[0], plan.Argv.Skip(1)) { RedirectStandardOutput = true };
        start.Environment["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH");
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output.Split('\n', StringSplitOptions.RemoveEmptyEntries), process.ExitCode);
    }
}

using System.Diagnostics;

namespace Endoscope.Agent.Tests.Running;

/// <summary>The built agent in its waiting role, in a mount namespace of its own as in a container.</summary>
internal sealed class WaitingProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly List<string> log = [];
    private Task reading = Task.CompletedTask;

    private WaitingProcess(int idleSeconds, string[] unshare) =>
        process = Process.Start(new ProcessStartInfo(
            "unshare", ["--mount", .. unshare, "--", AgentProcess.Program, "wait", "--idle", $"{idleSeconds}"])
        {
            RedirectStandardError = true,
        })!;

    public int Pid => process.Id;

    public IReadOnlyList<string> Log => log;

    public TimeSpan Lived { get; private set; }

    /// <summary>The command that runs another in the same container.</summary>
    public string[] Beside => ["nsenter", $"--mount=/proc/{Pid}/ns/mnt"];

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<WaitingProcess> StartAsync(int idleSeconds, params string[] unshare)
    {
        var waiting = new WaitingProcess(idleSeconds, unshare);
        waiting.log.Add(await waiting.process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? "");
        waiting.reading = waiting.ReadAsync();
        return waiting;
    }

    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Lived = Stopwatch.GetElapsedTime(started);
        await reading;
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await reading;
        process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            log.Add(line);
        }
    }
}

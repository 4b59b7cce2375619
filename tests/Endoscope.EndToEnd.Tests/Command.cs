using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

/// <summary>What a program printed and how it ended.</summary>
public sealed record CommandResult(string Stdout, string Stderr, int ExitCode)
{
    /// <summary>The non-empty lines of standard output.</summary>
    public string[] Lines => Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\n--- stdout\n{Stdout}\n--- stderr\n{Stderr}";
}

/// <summary>A running program, its streams as pipes.</summary>
public sealed class Command : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();
    private readonly Task<string> stdout;
    private readonly Task<string> stderr;

    private Command(string program, IEnumerable<string> args, byte[]? stdin)
    {
        process = new Process
        {
            StartInfo = new ProcessStartInfo(program, args)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.Latin1,
            },
        };

        // What whoever runs the tests has set for themselves is nothing to the tests.
        process.StartInfo.Environment["XDG_CONFIG_HOME"] = "/nonexistent";
        process.Start();
        stdout = ReadAsync(process.StandardOutput, output);
        stderr = ReadAsync(process.StandardError, errors);
        if (stdin is not null)
        {
            process.StandardInput.BaseStream.Write(stdin);
            process.StandardInput.Close();
        }
    }

    /// <summary>The process ID.</summary>
    public int Id => process.Id;

    /// <summary>What it has written to standard output until now.</summary>
    public string OutputSoFar => SoFar(output);

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => process.HasExited;

    /// <summary>Starts a program and leaves its standard input open.</summary>
    public static Command Start(string program, params IEnumerable<string> args) => new(program, args, stdin: null);

    /// <summary>Runs a program to its end. Its standard output is taken byte for byte (Latin-1).</summary>
    public static async Task<CommandResult> RunAsync(string program, IEnumerable<string> args, byte[]? stdin = null)
    {
        using var command = new Command(program, args, stdin ?? []);
        return await command.EndAsync();
    }

    /// <summary>Waits for its end, which comes within a limit.</summary>
    public async Task<CommandResult> EndAsync(TimeSpan? longest = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(longest ?? Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            Assert.Fail($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end: {await stdout}{await stderr}");
        }

        return new CommandResult(await stdout, await stderr, process.ExitCode);
    }

    /// <summary>Waits until it has written this to standard output.</summary>
    public Task PrintsAsync(string pattern) => Cluster.UntilAsync(
        () => $"output that matches {pattern}; there was:\n{OutputSoFar}\n--- stderr\n{SoFar(errors)}",
        Limit,
        () => Task.FromResult(Regex.IsMatch(OutputSoFar, pattern, RegexOptions.Multiline)));

    /// <summary>Sends a signal by its number.</summary>
    public void Signal(int signal) => Process.Start("kill", [$"-{signal}", $"{process.Id}"]).WaitForExit();

    /// <summary>Sends a signal to all processes of its group, as a terminal's key does; for a command that <c>setsid</c> started.</summary>
    public void SignalGroup(int signal) => Process.Start("kill", [$"-{signal}", "--", $"-{process.Id}"]).WaitForExit();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static async Task<string> ReadAsync(StreamReader stream, StringBuilder text)
    {
        var buffer = new char[64 * 1024];
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            lock (text)
            {
                text.Append(buffer, 0, count);
            }
        }

        return SoFar(text);
    }

    private static string SoFar(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}

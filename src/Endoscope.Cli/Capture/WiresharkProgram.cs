using System.Diagnostics;

namespace Endoscope.Cli.Capture;

/// <summary>How Wireshark is started.</summary>
internal sealed record ViewerPlan(string Program, IReadOnlyList<string> Arguments);

/// <summary>Wireshark, reading a capture from its standard input.</summary>
internal sealed class WiresharkProgram : IDisposable
{
    private const string Setsid = "/usr/bin/setsid";
    private static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(2);

    // -k: begins at once. -N dmn: names from the capture, whose blocks count only where names are resolved; no N, which would ask the
    // machine's resolver for every pod's address.
    private static readonly string[] Arguments = ["-k", "-i", "-", "-N", "dmn"];

    private readonly Process process;

    private WiresharkProgram(Process process)
    {
        this.process = process;
        Ended = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Where packets go.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    /// <summary>Done when its window is closed, or it has ended in another way.</summary>
    public Task Ended { get; }

    /// <summary>How it failed, where it has ended by itself and not well; null otherwise.</summary>
    /// <param name="readsNoMore">Whether it has closed its input, and so is about to end.</param>
    public async Task<string?> FailureAsync(bool readsNoMore)
    {
        if (readsNoMore)
        {
            await Task.WhenAny(Ended, Task.Delay(TimeToEnd));
        }

        return Ended.IsCompleted && process.ExitCode != 0
            ? $"Wireshark ended with exit code {process.ExitCode}; what it had not saved of the capture is lost"
            : null;
    }

    /// <summary>Finds it. Pure but for what is asked.</summary>
    /// <param name="variable">Reads a variable of the environment; $SCOPE_WIRESHARK names the program.</param>
    /// <param name="exists">Whether there is a file.</param>
    /// <exception cref="UsageException">It is not there.</exception>
    public static ViewerPlan Plan(Desktop desktop, Func<string, string?> variable, Func<string, bool> exists)
    {
        var named = variable("SCOPE_WIRESHARK");
        var program = named is { Length: > 0 }
            ? exists(named) ? named : throw new UsageException($"SCOPE_WIRESHARK names {named}, which is not there", "name Wireshark's program, or unset it")
            : WiresharkPlaces.Of("wireshark", desktop, variable).FirstOrDefault(exists)
                ?? throw new UsageException(
                    "Wireshark was not found", $"install it ({WiresharkPlaces.HowToInstall("wireshark", desktop)}), name it with SCOPE_WIRESHARK, or capture into a file with -w FILE");

        // In a session of its own, so that ^C ends the capture, but not what shows it.
        return desktop is Desktop.Linux && exists(Setsid) ? new ViewerPlan(Setsid, [program, .. Arguments]) : new ViewerPlan(program, Arguments);
    }

    /// <summary>Starts it.</summary>
    /// <exception cref="UsageException">It does not start.</exception>
    public static WiresharkProgram Start(ViewerPlan plan)
    {
        try
        {
            return new WiresharkProgram(Process.Start(new ProcessStartInfo(plan.Program, plan.Arguments) { RedirectStandardInput = true, UseShellExecute = false })!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new UsageException($"{plan.Program} does not start: {e.Message}");
        }
    }

    /// <summary>Tells it that there is no more, and lets it go on by itself.</summary>
    public void Dispose()
    {
        Input.Dispose();
        process.Dispose();
    }
}

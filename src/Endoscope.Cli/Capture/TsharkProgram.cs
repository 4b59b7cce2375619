using System.Diagnostics;
using Endoscope.Terminal;

namespace Endoscope.Cli.Capture;

/// <summary>tshark, which makes a line a packet of what it gets on its standard input; its lines go to ours, made harmless for a terminal.</summary>
internal sealed class TsharkProgram : IAsyncDisposable
{
    private const int MostErrorLines = 20;
    private const string Columns =
        """gui.column.format:"Time","%t","Interface","%Cus:frame.interface_name","Direction","%Cus:frame.packet_flags_direction","Source","%rs","Destination","%rd","Protocol","%p","Info","%i" """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Process process;
    private readonly List<string> errors = [];
    private readonly Task output;
    private readonly Task reading;
    private readonly TextWriter to;

    private TsharkProgram(Process process, TextWriter to)
    {
        (this.process, this.to) = (process, to);
        output = PassOutputAsync();
        reading = ReadErrorsAsync();
    }

    /// <summary>Where it takes packets.</summary>
    public Stream Input => process.StandardInput.BaseStream;

    /// <summary>When it shows nothing any more: it has ended, or nobody reads what it shows.</summary>
    public Task Gone => output;

    /// <summary>Where it may be, in the order of preference. Pure.</summary>
    /// <param name="variable">Reads a variable of the environment.</param>
    public static IEnumerable<string> Places(Func<string, string?> variable)
    {
        if (variable("SCOPE_TSHARK") is { Length: > 0 } named)
        {
            return [named];
        }

        var name = OperatingSystem.IsWindows() ? "tshark.exe" : "tshark";
        var folders = (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).ToList();
        folders.AddRange(OperatingSystem.IsMacOS() ? ["/Applications/Wireshark.app/Contents/MacOS"] : []);
        folders.AddRange(OperatingSystem.IsWindows() && variable("ProgramFiles") is { } programs ? [Path.Combine(programs, "Wireshark")] : []);
        return folders.Select(folder => Path.Combine(folder, name));
    }

    /// <summary>What it is started with: names only from the capture, a line at once, where and which way each packet was seen. Pure.</summary>
    /// <param name="isOfMany">Whether a packet may be seen in more than one place, which tshark would take for a retransmission.</param>
    public static IReadOnlyList<string> Arguments(bool isOfMany) =>
    [
        "-r", "-", "-l", "-N", "n", "-t", "a", "-o", "nameres.use_external_name_resolver:FALSE", "-o", Columns.TrimEnd(),
        .. isOfMany ? (string[])["-o", "tcp.analyze_sequence_numbers:FALSE"] : [],
    ];

    /// <summary>Starts it, if it is there and can be.</summary>
    /// <param name="to">Where its lines go.</param>
    public static TsharkProgram? TryStart(Func<string, string?> variable, bool isOfMany, TextWriter to)
    {
        if (Places(variable).FirstOrDefault(File.Exists) is not { } program)
        {
            return null;
        }

        try
        {
            var about = new ProcessStartInfo(program, Arguments(isOfMany))
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            return new TsharkProgram(Process.Start(about)!, to);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Lets it show what it has, and waits a little for its end.</summary>
    /// <returns>What it has complained of.</returns>
    public async Task<IReadOnlyList<string>> FinishAsync()
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has gone before.
        }

        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await Task.WhenAll(output, reading).WaitAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        lock (errors)
        {
            return [.. errors];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task PassOutputAsync()
    {
        try
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                await to.WriteLineAsync(TerminalText.Escape(line));
            }
        }
        catch (IOException)
        {
            // Whoever read has enough.
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            lock (errors)
            {
                // That it does not want to be run by root it says each time.
                if (errors.Count < MostErrorLines && line.Length > 0 && !line.StartsWith("Running as user", StringComparison.Ordinal))
                {
                    errors.Add(line);
                }
            }
        }
    }
}

using System.Diagnostics;
using Endoscope.Cli.Capture;

namespace Endoscope.Cli.Extcap;

/// <summary>Where Wireshark looks for extcaps of the user's own.</summary>
internal static class WiresharkFolders
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The folder by what <c>tshark -G folders</c> says, or null. Version 4.0 does not name it: there it is in the folder of the user's configuration. Pure.</summary>
    public static string? Parse(string folders)
    {
        var lines = folders.Split('\n').Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)).Where(parts => parts is [_, { Length: > 0 }]).ToList();
        return Find("Personal Extcap path") ?? (Find("Personal configuration") is { } folder ? Path.Combine(folder, "extcap") : null);

        string? Find(string name) => lines.FirstOrDefault(parts => parts[0].Equals(name, StringComparison.OrdinalIgnoreCase))?[1];
    }

    /// <summary>Asks tshark.</summary>
    /// <exception cref="UsageException">It is not there, or does not say.</exception>
    public static async Task<string> AskAsync(Func<string, string?> variable, CancellationToken cancellationToken)
    {
        const string instead = "or name the folder with --folder: Help > About Wireshark > Folders shows it as Personal Extcap path";
        var tshark = WiresharkPlaces.Of("tshark", variable).FirstOrDefault(File.Exists)
            ?? throw new UsageException("tshark was not found, which knows Wireshark's folders", $"install it ({WiresharkPlaces.HowToInstall("tshark", variable)}), {instead}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var process = Process.Start(new ProcessStartInfo(tshark, ["-G", "folders"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        })!;
        process.StandardInput.Close();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var folders = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await errors;
            return Parse(folders) ?? throw new UsageException($"{tshark} -G folders does not tell where extcaps go", $"take a newer one, {instead}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            process.Kill();
            throw new UsageException($"{tshark} -G folders does not end", instead);
        }
    }
}

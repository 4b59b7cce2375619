using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>Runs the credential plugin of a user entry, by the contract of client.authentication.k8s.io v1 and v1beta1.</summary>
internal sealed class CredentialPlugin(ExecPluginEntry entry, ConnectionPlan plan, ConnectionEnvironment environment)
{
    // A person needs time for a browser log-in or a password.
    private static readonly TimeSpan InteractiveTimeout = TimeSpan.FromMinutes(5);

    private const int MaxOutput = 16 * 1024 * 1024;

    public string Place => entry.Place;

    public async Task<PluginCredential> RunAsync(CancellationToken cancellationToken)
    {
        PluginContract.CheckVersion(entry);
        var program = ProgramPath.Find(entry.Command, environment.Variable) ?? throw Failed("is not there, or may not be executed");
        plan.Plugins.Check(entry.Command, program, name => ProgramPath.Find(name, environment.Variable));
        var interactive = IsInteractive();
        var timeout = environment.InputIsTerminal() ? InteractiveTimeout : environment.PluginTimeout;
        using var process = Start(program, interactive);
        using var limit = new CancellationTokenSource(timeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var output = await ReadOutputAsync(process, either.Token);
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0
                ? PluginContract.ParseResult(output, entry)
                : throw Failed(string.Create(CultureInfo.InvariantCulture, $"ended with exit code {process.ExitCode}"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(string.Create(CultureInfo.InvariantCulture, $"gave no answer within {timeout.TotalSeconds:0} s and was stopped"));
        }
        finally
        {
            Stop(process);
        }
    }

    private bool IsInteractive() => entry.Input switch
    {
        PluginInput.Never => false,
        PluginInput.IfAvailable => environment.InputIsTerminal(),
        _ => environment.InputIsTerminal() ? true : throw Failed("wants to ask questions, and standard input is not a terminal"),
    };

    private Process Start(string program, bool interactive)
    {
        // The plugin's standard error goes to the user's, where its prompts and complaints belong.
        var start = new ProcessStartInfo(program, entry.Arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = !interactive,
        };
        foreach (var (name, value) in entry.Variables)
        {
            start.Environment[name] = value;
        }

        start.Environment["KUBERNETES_EXEC_INFO"] = PluginContract.FormatRequest(entry, plan, interactive);
        try
        {
            var process = Process.Start(start)!;
            if (!interactive)
            {
                process.StandardInput.Close();
            }

            return process;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed($"cannot be started: {e.Message}");
        }
    }

    private async Task<byte[]> ReadOutputAsync(Process process, CancellationToken cancellationToken)
    {
        var output = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await process.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            output.Write(buffer, 0, read);
            if (output.Length > MaxOutput)
            {
                throw Failed("wrote more than 16 MiB");
            }
        }

        return output.ToArray();
    }

    private ClusterException Failed(string what)
        => new($"{entry.Place}: the credential plugin '{entry.Command}' {what}", entry.InstallHint);

    private static void Stop(Process process)
    {
        try
        {
            // Plugins are often scripts: what they started has to end with them.
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }
}

/// <summary>What a plugin handed out: a token, a client certificate with its key, or both.</summary>
internal sealed record PluginCredential(string? Token, string? CertificatePem, string? KeyPem, DateTimeOffset? Expires);

using System.Text;
using Endoscope.Kubernetes;
using Endoscope.Terminal;

namespace Endoscope.Cli;

/// <summary>What a command has of the world outside: where its words go, the clock, the environment, the way to a cluster.</summary>
internal sealed class CommandContext(ITerminal terminal, TimeProvider time, Func<string, string?> variable, Func<ConnectionOptions, Cluster> connect)
{
    /// <summary>Standard input, output and error.</summary>
    public ITerminal Terminal { get; } = terminal;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; } = time;

    /// <summary>Results, for a person or a script.</summary>
    public TextWriter Out { get; } = new StreamWriter(terminal.StandardOutput, new UTF8Encoding(false)) { AutoFlush = true };

    /// <summary>Everything that is not a result.</summary>
    public TextWriter Status { get; } = new StreamWriter(terminal.StandardError, new UTF8Encoding(false)) { AutoFlush = true };

    /// <summary>Who runs this program, for those who find what it has left: <c>jane@laptop</c>.</summary>
    public static string User { get; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>This program's version.</summary>
    public static string Version { get; } = typeof(CommandContext).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>A variable of the environment, or null.</summary>
    public string? Variable(string name) => variable(name);

    /// <summary>The cluster that these options mean; nothing is sent yet.</summary>
    public Cluster Connect(ConnectionOptions options) => Connect(options, Tell);

    /// <summary>The cluster that these options mean; nothing is sent yet.</summary>
    /// <param name="tell">What the user should know goes there.</param>
    public Cluster Connect(ConnectionOptions options, Action<string> tell)
    {
        var cluster = connect(options);
        foreach (var warning in cluster.Warnings)
        {
            tell(warning);
        }

        return cluster;
    }

    /// <summary>The same, without a word to the user.</summary>
    public Cluster ConnectSilently(ConnectionOptions options) => connect(options);

    /// <summary>Tells the user something that is not a result. Text from the cluster is escaped here.</summary>
    public void Tell(string line) => TryWrite("scope: " + TerminalText.Escape(line));

    /// <summary>Tells the user something of many lines, for a report.</summary>
    public void TellLines(string lines) => TryWrite(TerminalText.EscapeLines(lines));

    private void TryWrite(string text)
    {
        try
        {
            Status.WriteLine(text);
        }
        catch (IOException)
        {
            // Standard error is closed, so nobody wants to be told: the results and the exit code are still worth having.
        }
    }
}

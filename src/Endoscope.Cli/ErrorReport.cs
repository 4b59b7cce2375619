using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;
using Endoscope.Terminal;

namespace Endoscope.Cli;

/// <summary>The one place where failures become words and exit codes.</summary>
internal static class ErrorReport
{
    /// <summary>Says on standard error what went wrong and what to do, and gives the exit code.</summary>
    /// <param name="interrupted">The exit code of the signal that stopped the program, or null.</param>
    public static int Write(Exception failure, CommandContext context, int? interrupted, bool debug)
    {
        var (code, message, hint) = Describe(failure, interrupted);
        if (message is not null)
        {
            context.Tell("error: " + message);
        }

        if (hint is not null)
        {
            context.Tell("hint: " + hint);
        }

        if (debug)
        {
            context.TellLines(failure.ToString());
        }

        return code;
    }

    /// <summary>The exit code of a failure, what went wrong, and what to do.</summary>
    public static (int Code, string? Message, string? Hint) Describe(Exception failure, int? interrupted) => failure switch
    {
        OperationCanceledException when interrupted is { } code => (code, null, null),
        InvalidOverridesException overrides => (ExitCode.Usage, overrides.Message, overrides.Hint),
        UsageException usage => (ExitCode.Usage, usage.Message, usage.Hint),
        InvalidNameException name => (ExitCode.Usage, name.Message, "kubectl get lists the names there are"),
        ConnectionLostException lost => (ExitCode.Lost, $"connection lost: {lost.Message}", lost.Hint),
        ClusterException cluster => (ExitCode.Cluster, cluster.Message, cluster.Hint),
        AgentException { Code: AgentErrorCode.Dismissed } dismissed => (ExitCode.Lost, $"the command was cut short: {dismissed.Message}", dismissed.Hint),
        AgentException { Code: AgentErrorCode.Filter } filter => (ExitCode.Usage, filter.Message, "man pcap-filter describes the language"),
        AgentException { Code: AgentErrorCode.Tool } tool => (ExitCode.ToolMissing, tool.Message, tool.Hint),
        AgentException { Code: AgentErrorCode.File } file => (ExitCode.Negative, file.Message, file.Hint),
        SessionException session => (ExitCode.Cluster, session.Message, session.Hint),
        IOException io when BrokenPipe.IsCause(io) => (ExitCode.BrokenPipe, null, null),
        IOException io => (ExitCode.Lost, io.Message, null),
        UnauthorizedAccessException local => (ExitCode.Lost, local.Message, null),
        _ => (ExitCode.Cluster, $"{failure.GetType().Name}: {failure.Message}", "this is a fault of scope: --debug tells the details for a report"),
    };
}

using System.Collections;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tools;

/// <summary>The variables a tool runs with.</summary>
internal static class ToolEnvironment
{
    /// <summary>The agent's own variables, where the target is, and the request's; the later win.</summary>
    public static IReadOnlyList<string> For(RunRequest request, int? targetPid)
    {
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry own in Environment.GetEnvironmentVariables())
        {
            variables[(string)own.Key] = (string?)own.Value ?? "";
        }

        if (targetPid is not null)
        {
            variables["TARGET_PID"] = $"{targetPid}";
            variables["TARGET_ROOT"] = $"/proc/{targetPid}/root";
        }

        foreach (var (name, value) in request.Environment)
        {
            variables[name] = value;
        }

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }
}

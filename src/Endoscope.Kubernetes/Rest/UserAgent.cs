using System.Reflection;

namespace Endoscope.Kubernetes.Rest;

/// <summary>How we name ourselves in the server's audit log.</summary>
internal static class UserAgent
{
    public static string Value { get; } = $"scope/{typeof(UserAgent).Assembly.GetName().Version?.ToString(3)}";
}

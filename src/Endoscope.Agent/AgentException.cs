using Endoscope.Protocol;

namespace Endoscope.Agent;

/// <summary>A failure the client is told by name.</summary>
internal sealed class AgentException(string code, string message) : Exception(message)
{
    public AgentError Error => new(code, Message);
}

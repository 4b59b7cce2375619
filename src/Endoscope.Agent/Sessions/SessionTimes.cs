using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>How long a session waits for what.</summary>
internal sealed record SessionTimes
{
    /// <summary>How often the client is told that the agent lives.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = Frame.HeartbeatInterval;

    /// <summary>After this long without a frame the client is gone.</summary>
    public TimeSpan ClientSilence { get; init; } = Frame.HeartbeatTimeout;

    /// <summary>Between asking processes to end and ending them.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After the tool has ended: how long its streams may stay open with nothing in them.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a client that has been told of the end has to leave first.</summary>
    public TimeSpan Leave { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often processes that were told to end are looked at.</summary>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromMilliseconds(20);
}

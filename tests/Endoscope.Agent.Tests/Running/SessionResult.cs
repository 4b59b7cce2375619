using System.Text;
using System.Text.Json;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Running;

/// <summary>All that an agent said in a session.</summary>
internal sealed record SessionResult(
    StartedEvent? Started, IReadOnlyList<ProcessRecord> Processes, byte[] OutputBytes, byte[] ErrorBytes, long InputTaken, EndEvent End)
{
    /// <summary>In how many frames the processes came.</summary>
    public int ProcessFrames { get; init; }

    public string Output => Encoding.UTF8.GetString(OutputBytes);

    public string Error => Encoding.UTF8.GetString(ErrorBytes);
}

/// <summary>Puts a session's frames together.</summary>
internal sealed class SessionReading
{
    private readonly MemoryStream output = new();
    private readonly MemoryStream error = new();
    private readonly List<ProcessRecord> processes = [];
    private StartedEvent? started;
    private long taken;
    private int processFrames;

    public async Task<SessionResult> ReadAsync(AgentProcess agent)
    {
        while (await agent.ReadAsync() is { } frame)
        {
            switch (frame.Type)
            {
                case FrameType.Started:
                    started = JsonSerializer.Deserialize(frame.Payload.Span, ProtocolJson.Default.StartedEvent);
                    break;
                case FrameType.Processes:
                    processFrames++;
                    processes.AddRange(JsonSerializer.Deserialize(frame.Payload.Span, ProtocolJson.Default.ProcessList)!.Processes);
                    break;
                case FrameType.Output:
                    output.Write(frame.Payload.Span);
                    break;
                case FrameType.Error:
                    error.Write(frame.Payload.Span);
                    break;
                case FrameType.InputTaken:
                    taken += System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(frame.Payload.Span);
                    break;
                case FrameType.End:
                    var end = JsonSerializer.Deserialize(frame.Payload.Span, ProtocolJson.Default.EndEvent)!;
                    return new SessionResult(started, processes, output.ToArray(), error.ToArray(), taken, end)
                    {
                        ProcessFrames = processFrames,
                    };
            }
        }

        Assert.Fail($"the stream ended without an end frame; so far: {Encoding.UTF8.GetString(output.ToArray())}");
        return null!;
    }
}

using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>The far end of a capture: what the agent says, as the test has it.</summary>
internal sealed class CapturingAgent : IDisposable
{
    private const long Start = 1_700_000_000L * 1_000_000_000;

    private readonly MemoryStream spoken = new();
    private readonly FrameWriter writer;
    private readonly PacketEncoder encoder = new();
    private readonly long[] packetsBy = new long[2];
    private int? joinedAt;
    private long packets;
    private long bytes;

    public CapturingAgent() => writer = new FrameWriter(spoken);

    /// <summary>All that it has to say, as bytes on the wire.</summary>
    public byte[] Spoken => spoken.ToArray();

    /// <summary>An agent that has announced an interface and answered for its clock.</summary>
    public static async Task<CapturingAgent> StartAsync()
    {
        var agent = new CapturingAgent();
        await agent.SayAsync(
            FrameType.CaptureInterface,
            new CaptureInterfaceEvent { Interface = 0, Target = 0, Name = "eth0", LinkType = 1, Addresses = ["10.0.0.7/24"], HardwareAddress = "020000000007" },
            ProtocolJson.Default.CaptureInterfaceEvent);
        for (var probe = 0; probe < 3; probe++)
        {
            await agent.writer.WriteAsync(FrameType.Clock, new byte[16], CancellationToken.None);
        }

        return agent;
    }

    /// <summary>Sends packets in one frame.</summary>
    public async Task<CapturingAgent> SendAsync(int count, int length = 60)
    {
        for (var i = 0; i < count; i++)
        {
            encoder.Add(0, (1_700_000_000L * 1_000_000_000) + packets++, length, Packet(length));
        }

        var payload = encoder.Take().ToArray();
        bytes += payload.Length;
        await writer.WriteAsync(FrameType.CapturePackets, payload, CancellationToken.None);
        return this;
    }

    /// <summary>Announces an interface of a second pod, once that has joined: 10.0.0.8.</summary>
    public async Task<CapturingAgent> JoinAsync()
    {
        joinedAt = (int)spoken.Length;
        await SayAsync(
            FrameType.CaptureInterface,
            new CaptureInterfaceEvent { Interface = 1, Target = 1, Name = "eth0", LinkType = 1, Addresses = ["10.0.0.8/24"], HardwareAddress = "020000000008" },
            ProtocolJson.Default.CaptureInterfaceEvent);
        return this;
    }

    /// <summary>Sends packets, each with its interface and its time in milliseconds.</summary>
    public async Task<CapturingAgent> SendAsync(params (int Interface, int Milliseconds, byte[] Data)[] all)
    {
        foreach (var (number, milliseconds, data) in all)
        {
            encoder.Add(number, Start + (milliseconds * 1_000_000L), data.Length, data);
            packetsBy[number]++;
        }

        var payload = encoder.Take().ToArray();
        bytes += payload.Length;
        await writer.WriteAsync(FrameType.CapturePackets, payload, CancellationToken.None);
        return this;
    }

    /// <summary>The last words of an agent with two interfaces, some seconds after the first packet.</summary>
    public async Task<CapturingAgent> LastWordsOfTwoAsync(int seconds, long droppedByFirst)
    {
        var last = new CapturingAgent { bytes = bytes };
        await last.SayAsync(
            FrameType.CaptureStatistics,
            new CaptureStatisticsEvent
            {
                Time = Start + (seconds * 1_000_000_000L),
                Interfaces =
                [
                    new InterfaceCounters(0, packetsBy[0] + droppedByFirst, droppedByFirst, packetsBy[0]),
                    new InterfaceCounters(1, packetsBy[1], 0, packetsBy[1]),
                ],
            },
            ProtocolJson.Default.CaptureStatisticsEvent);
        return await last.EndAsync();
    }

    /// <summary>Tells its counters.</summary>
    public Task<CapturingAgent> CountAsync(long dropped = 0) => SayAsync(
        FrameType.CaptureStatistics,
        new CaptureStatisticsEvent { Time = 1_700_000_001L * 1_000_000_000, Interfaces = [new InterfaceCounters(0, packets + dropped, dropped, packets)] },
        ProtocolJson.Default.CaptureStatisticsEvent);

    /// <summary>Ends.</summary>
    public Task<CapturingAgent> EndAsync() =>
        SayAsync(FrameType.End, new EndEvent { OutputBytes = bytes, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent);

    /// <summary>Lets scope meet it: it says all but the last words at once, and those when it is told to stop.</summary>
    public void Meet(WholeProgram program, CapturingAgent last) => program.Server.OnExec(async (call, cancellationToken) =>
    {
        var reader = new FrameReader(call.Input);
        await SpeakAsync(call, reader, cancellationToken);
        await ReadUntilSignalAsync(reader, cancellationToken);
        await call.Output.WriteAsync(last.Spoken, cancellationToken);
        await call.ExitAsync(0);
    });

    /// <summary>Lets scope meet one that sends packet after packet, until it is told to stop.</summary>
    public static void MeetTalking(WholeProgram program) => program.Server.OnExec(async (call, cancellationToken) =>
    {
        var reader = new FrameReader(call.Input);
        await reader.ReadAsync(cancellationToken);
        var toldToStop = ReadUntilSignalAsync(reader, cancellationToken);
        using var agent = await StartAsync();
        for (var said = 0; !toldToStop.IsCompleted; said = agent.Spoken.Length)
        {
            await agent.SendAsync(1);
            await call.Output.WriteAsync(agent.Spoken.AsMemory(said), cancellationToken);
            await Task.WhenAny(toldToStop, Task.Delay(20, cancellationToken));
        }

        using var last = await agent.LastWordsAsync();
        await call.Output.WriteAsync(last.Spoken, cancellationToken);
        await call.ExitAsync(0);
    });

    /// <summary>Says all but the last words; of a second pod only once that has joined.</summary>
    public async Task SpeakAsync(ExecCall call, FrameReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        var first = joinedAt ?? Spoken.Length;
        await call.Output.WriteAsync(Spoken.AsMemory(0, first), cancellationToken);
        while (joinedAt is not null && await reader.ReadAsync(cancellationToken) is { Type: not FrameType.CaptureTarget })
        {
        }

        await call.Output.WriteAsync(Spoken.AsMemory(first), cancellationToken);
    }

    /// <summary>The last words that fit what was sent so far: the counters, and the end.</summary>
    public async Task<CapturingAgent> LastWordsAsync(long dropped = 0)
    {
        var last = new CapturingAgent { packets = packets, bytes = bytes };
        await last.CountAsync(dropped);
        return await last.EndAsync();
    }

    public void Dispose()
    {
        writer.Dispose();
        spoken.Dispose();
    }

    private static async Task ReadUntilSignalAsync(FrameReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken) is { Type: not FrameType.Signal })
        {
        }
    }

    private async Task<CapturingAgent> SayAsync<T>(FrameType type, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> typeInfo)
    {
        await writer.WriteAsync(type, value, typeInfo, CancellationToken.None);
        return this;
    }

    // Ethernet, IPv4, from 10.0.0.7 to 10.0.0.8.
    private static byte[] Packet(int length)
    {
        var packet = new byte[length];
        Convert.FromHexString("020000000008020000000007080045000014000000004001000" + "00a0000070a000008").CopyTo(packet, 0);
        return packet;
    }
}

using System.Text.Json;
using Endoscope.Cli.Istio;
using Endoscope.Protocol;
using Endoscope.Testing.ApiServer;

namespace Endoscope.Cli.Tests.Program;

/// <summary>An agent with an answer to every request, with which each command does what it is for.</summary>
internal static class SoundAgent
{
    private static readonly byte[] RedirectedTables = "# tool iptables-nft\n*nat\n:OUTPUT ACCEPT [0:0]\n:ISTIO_OUTPUT - [0:0]\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\nCOMMIT\n"u8.ToArray();

    private static readonly ProcessRecord Init = new()
    {
        Pid = 4711,
        ContainerPid = 1,
        ParentPid = 1,
        UserId = 0,
        State = 'S',
        StartTicks = 1,
        StartedAt = DateTimeOffset.UnixEpoch,
        Threads = 1,
        ResidentBytes = 1,
        Name = "init",
        CommandLine = ["init"],
    };

    private static readonly FileRecord X = new()
    {
        Name = "/x",
        Kind = '-',
        Mode = 0,
        Links = 1,
        UserId = 0,
        GroupId = 0,
        Size = 0,
        Allocated = 0,
        Modified = DateTimeOffset.UnixEpoch,
        Inode = 1,
        Device = "8:1",
    };

    /// <summary>Answers one request.</summary>
    /// <param name="beforeTheEnd">Awaited when all is said but the end marker.</param>
    public static async Task AnswerAsync(ExecCall call, Func<Task> beforeTheEnd, CancellationToken cancellationToken)
    {
        var reader = new FrameReader(call.Input);
        var frame = await reader.ReadAsync(cancellationToken);
        var request = JsonSerializer.Deserialize(frame!.Value.Payload.Span, ProtocolJson.Default.AgentRequest);
        if (request is CaptureRequest)
        {
            await CaptureAsync(call, reader, beforeTheEnd, cancellationToken);
            return;
        }

        using var writer = new FrameWriter(call.Output);
        var outputBytes = await SayAsync(request, writer, cancellationToken);
        await beforeTheEnd();
        await writer.WriteAsync(FrameType.End, new EndEvent { ExitCode = 0, OutputBytes = outputBytes, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, cancellationToken);
        await call.ExitAsync(0);
    }

    // The count of what went as output.
    private static async Task<long> SayAsync(AgentRequest? request, FrameWriter writer, CancellationToken cancellationToken)
    {
        switch (request)
        {
            case RunRequest or AttachRequest:
                var started = new StartedEvent { ToolPid = 1, Target = Init, Attached = [Init] };
                await writer.WriteAsync(FrameType.Started, started, ProtocolJson.Default.StartedEvent, cancellationToken);
                var output = request is RunRequest run && run.Argv.Contains(IstioRules.Survey) ? RedirectedTables : [];
                await writer.WriteAsync(FrameType.Output, output, cancellationToken);
                return output.Length;
            case ListProcessesRequest:
                await writer.WriteAsync(FrameType.Processes, new ProcessList([Init]), ProtocolJson.Default.ProcessList, cancellationToken);
                return 0;
            case LocateFileRequest:
                var location = new FileLocation { File = X, MountPoint = "/", FileSystem = "ext4", Source = "/dev/sda1" };
                await writer.WriteAsync(FrameType.FileLocation, location, ProtocolJson.Default.FileLocation, cancellationToken);
                return 0;
            default:
                return 0;
        }
    }

    // It ends when it is told to stop.
    private static async Task CaptureAsync(ExecCall call, FrameReader reader, Func<Task> beforeTheEnd, CancellationToken cancellationToken)
    {
        using var agent = await (await CapturingAgent.StartAsync()).SendAsync(1);
        using var last = await agent.LastWordsAsync();
        await call.Output.WriteAsync(agent.Spoken, cancellationToken);
        await beforeTheEnd();
        while (await reader.ReadAsync(cancellationToken) is { Type: not FrameType.Signal })
        {
        }

        await call.Output.WriteAsync(last.Spoken, cancellationToken);
        await call.ExitAsync(0);
    }
}

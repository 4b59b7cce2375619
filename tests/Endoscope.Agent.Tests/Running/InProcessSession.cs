using System.Text.Json;
using Endoscope.Agent.Native;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;
using Microsoft.Win32.SafeHandles;

namespace Endoscope.Agent.Tests.Running;

/// <summary>A session inside the test's process, for what depends on times that are too long to wait for.</summary>
internal sealed class InProcessSession : IAsyncDisposable
{
    private readonly (int Read, int Write) toAgent = Descriptor.Pipe();
    private readonly (int Read, int Write) fromAgent = Descriptor.Pipe();
    private readonly FileStream input;
    private readonly CountedPipe output;

    public InProcessSession(SessionTimes times)
    {
        input = new FileStream(new SafeFileHandle(toAgent.Write, ownsHandle: true), FileAccess.Write, bufferSize: 0);
        output = new CountedPipe(new SafeFileHandle(fromAgent.Read, ownsHandle: true));
        Writer = new FrameWriter(input);
        Reader = new FrameReader(output);
        Running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    using var session = new Session(toAgent.Read, fromAgent.Write, times, registration: null);
                    return session.Run();
                }
                finally
                {
                    _ = Libc.Close(toAgent.Read);
                    _ = Libc.Close(fromAgent.Write);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    public FrameWriter Writer { get; }

    public FrameReader Reader { get; }

    /// <summary>How many bytes have come from the agent.</summary>
    public long BytesOnTheWay => output.Count;

    /// <summary>Ends with whether the client was told how the session ended.</summary>
    public Task<bool> Running { get; }

    public async Task<int> StartAsync(RunRequest request)
    {
        await Writer.WriteAsync(FrameType.Request, request, ProtocolJson.Default.AgentRequest, TestContext.Current.CancellationToken);
        Frame? frame;
        do
        {
            frame = await Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
        while (frame?.Type == FrameType.Heartbeat);

        Assert.Equal(FrameType.Started, frame?.Type);
        return JsonSerializer.Deserialize(frame!.Value.Payload.Span, ProtocolJson.Default.StartedEvent)!.ToolPid;
    }

    public async ValueTask DisposeAsync()
    {
        await input.DisposeAsync();
        await Running;
        await output.DisposeAsync();
        Writer.Dispose();
        Reader.Dispose();
    }

    private sealed class CountedPipe(SafeFileHandle handle) : FileStream(handle, FileAccess.Read, bufferSize: 0)
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var got = await base.ReadAsync(buffer, cancellationToken);
            Count += got;
            return got;
        }
    }
}

using System.Text;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Endoscope.Sessions.Tests;

public sealed class AgentSessionTests : IDisposable
{
    private static readonly RunRequest Request = new() { ContainerId = Pods.Id, Argv = ["cat"] };
    private static readonly byte[] FiveBytes = "hello"u8.ToArray();

    private readonly FakeExecSession exec = new();
    private readonly FakeTimeProvider time = new();
    private readonly FrameWriter agent;

    public AgentSessionTests() => agent = new FrameWriter(exec.RemoteOutput);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => agent.Dispose();

    [Fact]
    public async Task SendsTheRequestFirst()
    {
        await using var session = await StartAsync();

        var frame = await new FrameReader(exec.RemoteInput).ReadAsync(Token);

        Assert.Equal(FrameType.Request, frame!.Value.Type);
        Assert.Contains("\"verb\":\"run\"", Encoding.UTF8.GetString(frame.Value.Payload.Span));
    }

    [Fact]
    public async Task GivesTheToolsBytesAndThenItsExitCode()
    {
        await using var session = await StartAsync();
        await agent.WriteAsync(FrameType.Output, FiveBytes, Token);
        await EndAsync(new EndEvent { ExitCode = 3, OutputBytes = 5, ErrorBytes = 0 });

        Assert.Equal(FiveBytes, (await session.ReadAsync(Token))!.Value.Payload.ToArray());
        Assert.Null(await session.ReadAsync(Token));
        Assert.Equal(3, session.End!.ExitCode);
    }

    [Fact]
    public async Task NoticesThatBytesAreMissing()
    {
        await using var session = await StartAsync();
        await agent.WriteAsync(FrameType.Output, FiveBytes, Token);
        await EndAsync(new EndEvent { ExitCode = 0, OutputBytes = 6, ErrorBytes = 0 });
        await session.ReadAsync(Token);

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(async () => await session.ReadAsync(Token));

        Assert.Equal("of 6 bytes that the agent sent only 5 arrived", lost.Message);
    }

    [Fact]
    public async Task TakesAStreamThatEndsInAFrameForACutOne()
    {
        await using var session = await StartAsync();
        await exec.RemoteOutput.WriteAsync(new byte[] { (byte)FrameType.Output, 0, 0, 0, 9, 1, 2 }, Token);
        exec.End(new ExecStatus(0, null));

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await session.ReadAsync(Token));
    }

    [Fact]
    public async Task TakesAnAgentThatEndsWithoutItsMarkerForAFailure()
    {
        await using var session = await StartAsync();
        exec.ErrorText = "Killed\n";
        exec.End(new ExecStatus(137, "command terminated with non-zero exit code"));

        var ended = await Assert.ThrowsAsync<AgentEndedException>(async () => await session.ReadAsync(Token));

        Assert.Contains("exit code 137", ended.Message);
        Assert.Contains("Killed", ended.Message);
    }

    [Fact]
    public async Task PassesOnWhyTheConnectionWasLost()
    {
        await using var session = await StartAsync();
        exec.End(null);

        await Assert.ThrowsAsync<ConnectionLostException>(async () => await session.ReadAsync(Token));
    }

    [Fact]
    public async Task TellsTheAgentsErrorWithWhatToDo()
    {
        await using var session = await StartAsync();
        await EndAsync(new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.NoProcess, "no process of it here") });

        var error = await Assert.ThrowsAsync<AgentException>(async () => await session.ReadAsync(Token));

        Assert.Equal(AgentErrorCode.NoProcess, error.Code);
        Assert.Equal("no process of it here", error.Message);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task NoticesASilentAgent()
    {
        await using var session = await StartAsync();
        var reading = session.ReadAsync(Token).AsTask();

        time.Advance(Frame.HeartbeatTimeout);

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(() => reading);
        Assert.Equal("the agent has been silent for 30 s", lost.Message);
    }

    [Fact]
    public async Task SaysThatItIsAlive()
    {
        await using var session = await StartAsync();
        var remote = new FrameReader(exec.RemoteInput);
        await remote.ReadAsync(Token);

        time.Advance(Frame.HeartbeatInterval);

        Assert.Equal(FrameType.Heartbeat, (await remote.ReadAsync(Token))!.Value.Type);
    }

    [Fact]
    public async Task TellsWhatOfTheOutputWasTakenOnceTheNextIsAskedFor()
    {
        await using var session = await StartAsync();
        var remote = new FrameReader(exec.RemoteInput);
        await remote.ReadAsync(Token);
        var told = remote.ReadAsync(Token).AsTask();
        var speaking = Task.Run(
            async () =>
            {
                await agent.WriteAsync(FrameType.Output, new byte[800_000], Token);
                await agent.WriteAsync(FrameType.Error, new byte[300_000], Token);
                await agent.WriteAsync(FrameType.Output, FiveBytes, Token);
            },
            Token);
        await session.ReadAsync(Token);
        await session.ReadAsync(Token);
        Assert.False(told.IsCompleted);

        await session.ReadAsync(Token);

        await speaking;
        var frame = (await told.WaitAsync(TimeSpan.FromSeconds(10), Token))!.Value;
        Assert.Equal((FrameType.OutputTaken, 1_100_000), (frame.Type, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(frame.Payload.Span)));
    }

    /// <summary>Nobody reads what is sent to the agent, and reading goes on.</summary>
    [Fact]
    public async Task ReadsOnWhileTellingIsHeldUp()
    {
        await using var session = await StartAsync();
        var filling = Task.Run(async () => await session.SendInputAsync(new byte[Frame.InputWindow], Token), Token);
        for (var i = 0; i < 10; i++)
        {
            var speaking = agent.WriteAsync(FrameType.Output, new byte[1_000_000], Token).AsTask();
            Assert.Equal(1_000_000, (await session.ReadAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token))!.Value.Payload.Length);
            await speaking;
        }

        Assert.False(filling.IsCompleted);
    }

    [Fact]
    public async Task HoldsInputBackUntilTheToolHasTakenIt()
    {
        await using var session = await StartAsync();
        using var remote = new DrainedInput(exec.RemoteInput);
        await session.SendInputAsync(new byte[Frame.InputWindow], Token);

        var next = session.SendInputAsync(new byte[1], Token).AsTask();
        Assert.False(next.IsCompleted);
        await agent.WriteAsync(FrameType.InputTaken, new byte[] { 0, 0, 0, 1 }, Token);
        await agent.WriteAsync(FrameType.Output, FiveBytes, Token);
        await session.ReadAsync(Token);

        await next.WaitAsync(TimeSpan.FromSeconds(10), Token);
    }

    [Fact]
    public async Task ClosesTheConnectionWhenItIsDone()
    {
        await (await StartAsync()).DisposeAsync();

        Assert.True(exec.IsDisposed);
    }

    private async Task<AgentSession> StartAsync()
    {
        await agent.WriteAsync(FrameType.Heartbeat, default, Token);
        return await AgentSession.StartAsync(exec, Request, time, Token);
    }

    private ValueTask EndAsync(EndEvent end) => agent.WriteAsync(FrameType.End, end, ProtocolJson.Default.EndEvent, Token);

    /// <summary>Reads the input away, as an agent does.</summary>
    private sealed class DrainedInput : IDisposable
    {
        private readonly CancellationTokenSource over = new();

        public DrainedInput(Stream input) => _ = input.CopyToAsync(Stream.Null, over.Token);

        public void Dispose() => over.Cancel();
    }
}

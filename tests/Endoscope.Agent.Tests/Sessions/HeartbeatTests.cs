using System.Diagnostics;
using Endoscope.Agent.Sessions;
using Endoscope.Agent.Tests.Running;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class HeartbeatTests
{
    private static readonly SessionTimes Short = new()
    {
        HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        ClientSilence = TimeSpan.FromSeconds(1),
        Grace = TimeSpan.FromMilliseconds(200),
        Leave = TimeSpan.FromMilliseconds(200),
    };

    [RootFact]
    public async Task AClientThatFallsSilentLosesItsTool()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(Short);
        var tool = await session.StartAsync(RunToolTests.Request(container, ["sleep", "1000"]));

        Assert.False(await session.Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.False(Proc.IsThere(tool));
    }

    [RootFact]
    public async Task AToolThatIgnoresBeingAskedIsKilled()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(Short);
        var tool = await session.StartAsync(RunToolTests.Request(container, ["sh", "-c", "trap '' HUP TERM INT; while :; do sleep 0.1; done"]));

        Assert.False(await session.Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.False(Proc.IsThere(tool));
    }

    [RootFact]
    public async Task HeartbeatsKeepTheToolAliveAndComeBack()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(Short);
        var tool = await session.StartAsync(RunToolTests.Request(container, ["sleep", "1000"]));
        var start = Stopwatch.GetTimestamp();
        var heard = 0;
        while (Stopwatch.GetElapsedTime(start) < 2 * Short.ClientSilence)
        {
            await session.Writer.WriteAsync(FrameType.Heartbeat, default, TestContext.Current.CancellationToken);
            var frame = await session.Reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal(FrameType.Heartbeat, frame?.Type);
            heard++;
        }

        Assert.True(Proc.Lives(tool));
        Assert.InRange(heard, 5, 25);
    }

    [Fact]
    public async Task AClientThatNeverAsksIsLeft()
    {
        await using var session = new InProcessSession(Short);

        Assert.False(await session.Running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
    }

    [RootFact]
    public async Task ASlowReaderThatIsAliveGetsTheWholeEnd()
    {
        await using var container = await TestContainer.StartAsync();
        await using var session = new InProcessSession(Short with { ClientSilence = TimeSpan.FromMilliseconds(500) });
        await session.StartAsync(RunToolTests.Request(container, ["head", "-c", "2000000", "/dev/urandom"]));
        for (var i = 0; i < 12; i++)
        {
            await session.Writer.WriteAsync(FrameType.Heartbeat, default, TestContext.Current.CancellationToken);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var received = 0;
        var hears = true;
        while (await session.Reader.ReadAsync(TestContext.Current.CancellationToken) is { } frame && frame.Type != FrameType.End)
        {
            hears = hears && await TryBeatAsync(session);
            received += frame.Type == FrameType.Output ? frame.Payload.Length : 0;
        }

        Assert.Equal(2_000_000, received);
        Assert.True(await session.Running);
    }

    // A session whose last frames are all on their way has ended, and hears no more, before they are read.
    private static async Task<bool> TryBeatAsync(InProcessSession session)
    {
        try
        {
            await session.Writer.WriteAsync(FrameType.Heartbeat, default, TestContext.Current.CancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}

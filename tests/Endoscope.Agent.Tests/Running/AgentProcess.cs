using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Running;

/// <summary>
/// The built agent in its session role, this test as its client. ENDOSCOPE_AGENT names another program to try instead,
/// such as the published one.
/// </summary>
internal sealed class AgentProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly Task<string> panic;

    private AgentProcess(IEnumerable<string> command)
    {
        var words = command.ToList();
        process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        panic = process.StandardError.ReadToEndAsync();
        Writer = new FrameWriter(process.StandardInput.BaseStream);
        Reader = new FrameReader(process.StandardOutput.BaseStream);
    }

    public static string Program { get; } =
        Environment.GetEnvironmentVariable("ENDOSCOPE_AGENT") ?? Path.Combine(AppContext.BaseDirectory, "endoscope-agent");

    public int Pid => process.Id;

    public FrameWriter Writer { get; }

    public FrameReader Reader { get; }

    /// <summary>Starts a session that has not asked for anything yet; the prefix is a command that runs it.</summary>
    public static AgentProcess Start(params IEnumerable<string> prefix) => new([.. prefix, Program, "session", "test"]);

    /// <summary>Starts a session with its request.</summary>
    public static async Task<AgentProcess> StartAsync(AgentRequest request, params IEnumerable<string> prefix)
    {
        var agent = Start(prefix);
        await agent.Writer.WriteAsync(FrameType.Request, request, ProtocolJson.Default.AgentRequest, TestContext.Current.CancellationToken);
        return agent;
    }

    /// <summary>Runs a request to its end with this input.</summary>
    public static async Task<SessionResult> RunAsync(AgentRequest request, byte[]? input = null)
    {
        await using var agent = await StartAsync(request);
        if (input is not null)
        {
            await agent.InputAllAsync(input);
        }

        return await agent.EndAsync();
    }

    public ValueTask InputAsync(ReadOnlyMemory<byte> bytes) => Writer.WriteAsync(FrameType.Input, bytes, TestContext.Current.CancellationToken);

    public ValueTask SignalAsync(int signal) =>
        Writer.WriteAsync(FrameType.Signal, new[] { (byte)signal }, TestContext.Current.CancellationToken);

    public ValueTask ResizeAsync(ushort columns, ushort rows)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(payload, columns);
        BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(2), rows);
        return Writer.WriteAsync(FrameType.Resize, payload, TestContext.Current.CancellationToken);
    }

    /// <summary>The next frame; null at the end of the stream.</summary>
    public async Task<Frame?> ReadAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            return await Reader.ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"the agent says nothing: {await panic}");
            return null;
        }
    }

    /// <summary>The start of the tool.</summary>
    public async Task<StartedEvent> StartedAsync()
    {
        var frame = await ReadAsync();
        Assert.Equal(FrameType.Started, frame?.Type);
        return JsonSerializer.Deserialize(frame!.Value.Payload.Span, ProtocolJson.Default.StartedEvent)!;
    }

    /// <summary>Reads until the output so far holds the text.</summary>
    public async Task<string> OutputUntilAsync(string text)
    {
        var output = "";
        while (!output.Contains(text, StringComparison.Ordinal))
        {
            var frame = await ReadAsync();
            Assert.True(frame is { Type: not FrameType.End }, $"no '{text}' in: {output}");
            output += frame.Value.Type == FrameType.Output ? System.Text.Encoding.UTF8.GetString(frame.Value.Payload.Span) : "";
        }

        return output;
    }

    /// <summary>Reads to the end and checks the end event's counters against what came.</summary>
    public async Task<SessionResult> EndAsync()
    {
        var result = await new SessionReading().ReadAsync(this);
        CloseInput();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await panic);
        Assert.Equal(0, process.ExitCode);
        Assert.Null(await Reader.ReadAsync(TestContext.Current.CancellationToken));
        return result;
    }

    /// <summary>Closes both streams without a word, as a client that is killed.</summary>
    public void Vanish()
    {
        process.StandardInput.BaseStream.Close();
        process.StandardOutput.BaseStream.Close();
    }

    /// <summary>Ends the client's side of the input only.</summary>
    public void CloseInput() => process.StandardInput.BaseStream.Close();

    /// <summary>Waits until the agent itself has ended; its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
        Writer.Dispose();
    }

    /// <summary>Sends input and its end; a tool may end without waiting for it.</summary>
    private async Task InputAllAsync(byte[] bytes)
    {
        try
        {
            await InputAsync(bytes);
            await Writer.WriteAsync(FrameType.InputEnd, default, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            // What the session came to is in its end frame.
        }
    }
}

using System.Text.Json;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Testing;

namespace Endoscope.Sessions.Tests;

[Collection(typeof(Alone))]
public sealed class AgentSessionFuzzTests(ITestOutputHelper output)
{
    private static readonly ListProcessesRequest Request = new() { ContainerId = new string('a', 64) };

    private static readonly IReadOnlyList<byte[]> Corpus =
    [
        [
            .. Frame(FrameType.Started, """{"toolPid":1,"target":{"pid":1}}"""u8), .. Frame(FrameType.Output, "some output"u8), .. Frame(FrameType.Error, "an error"u8), .. Frame(FrameType.Heartbeat, []),
            .. Frame(FrameType.InputTaken, [0, 0, 1, 0]), .. Frame(FrameType.End, End(new EndEvent { ExitCode = 0, OutputBytes = 11, ErrorBytes = 8 })),
        ],
        [.. Frame(FrameType.Processes, """{"processes":[]}"""u8), .. Frame(FrameType.End, End(new EndEvent { OutputBytes = 0, ErrorBytes = 0, Error = new AgentError(AgentErrorCode.Protocol, "no") }))],
        [.. Frame(FrameType.Output, new byte[5000])],
        [],
    ];

    private static readonly IReadOnlyList<byte[]> Words =
    [
        Frame(FrameType.Output, "x"u8), Frame(FrameType.InputTaken, [255, 255, 255, 255]), Frame(FrameType.InputTaken, [1]), Frame(FrameType.End, []), Frame(FrameType.End, "null"u8),
        Frame(FrameType.End, "[]"u8), Frame((FrameType)99, "?"u8), [17, 255, 255, 255, 255], [17, 0, 16, 0, 1], [21, 0, 0, 0], "{"u8.ToArray(), "\"outputBytes\":-1"u8.ToArray(),
    ];

    [Fact]
    public void WhateverAnAgentSaysIsAnAnswerOrAnError() => Fuzzing.Run(Corpus, Words, (input, _) => RunAsync(input).GetAwaiter().GetResult(), output.WriteLine);

    private static async Task RunAsync(byte[] input)
    {
        long read = 0;
        try
        {
            await using var session = await AgentSession.StartAsync(new Said(input), Request, TimeProvider.System, CancellationToken.None);
            while (await session.ReadAsync(CancellationToken.None) is { } frame)
            {
                read += frame.Payload.Length;
            }

            Assert.NotNull(session.End);
        }
        catch (Exception e) when (e is ConnectionLostException or SessionException)
        {
            Assert.NotEmpty(e.Message);
        }

        Assert.True(read <= input.Length);
    }

    private static byte[] End(EndEvent end) => JsonSerializer.SerializeToUtf8Bytes(end, ProtocolJson.Default.EndEvent);

    private static byte[] Frame(FrameType type, ReadOnlySpan<byte> payload)
    {
        var header = new byte[Protocol.Frame.HeaderLength];
        Protocol.Frame.WriteHeader(header, type, payload.Length);
        return [.. header, .. payload];
    }

    /// <summary>A far end that has said all it has to say.</summary>
    private sealed class Said(byte[] input) : IExecSession
    {
        public Stream Output { get; } = new MemoryStream(input);

        public Stream Input { get; } = Stream.Null;

        public string ErrorText => "";

        public ExecStatus? Status => new(0, null);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

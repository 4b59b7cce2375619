using System.Text.Json;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;
using Endoscope.Testing;

namespace Endoscope.Agent.Tests.Sessions;

[Collection(typeof(Alone))]
public sealed class RequestFuzzTests(ITestOutputHelper output)
{
    private static readonly string Id = new('a', 64);

    private static readonly IReadOnlyList<byte[]> Corpus =
    [
        Request(new RunRequest
        {
            ContainerId = Id,
            Argv = ["ping", "-c", "1", "ü"],
            Namespaces = ["net", "uts"],
            Environment = new Dictionary<string, string> { ["A"] = "b" },
            Terminal = new TerminalSize(80, 24),
        }),
        Request(new ListProcessesRequest { ContainerId = Id }),
        [.. Request(new ListProcessesRequest { ContainerId = Id }), 2, 0, 0, 0, 1, 65, 3, 0, 0, 0, 0, 4, 0, 0, 0, 2, 1, 2],
        [],
    ];

    private static readonly IReadOnlyList<byte[]> Words =
    [
        [1, 0, 0, 0, 0], [1, 255, 255, 255, 255], [1, 0, 0, 0, 2, .. "{}"u8], .. Fuzzing.Bytes("{", "[", "\"verb\":\"run\",", "\"version\":1e99", "null", "\"argv\":[\"\"],", "\\u0000", "\\ud800", "-1", "{\"$type\":0}"),
    ];

    [Fact]
    public void WhateverAClientSaysIsARequestOrIsRefused() => Fuzzing.Run(Corpus, Words, (input, _) => RunAsync(input).GetAwaiter().GetResult(), output.WriteLine);

    private static async Task RunAsync(byte[] input)
    {
        var reader = new FrameReader(new MemoryStream(input));
        try
        {
            while (await reader.ReadAsync(CancellationToken.None) is { } frame)
            {
                Parse(frame);
            }
        }
        catch (InvalidDataException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static void Parse(Frame frame)
    {
        try
        {
            Assert.NotNull(RequestParser.Parse(frame.Type, frame.Payload.Span).Request);
        }
        catch (AgentException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static byte[] Request(AgentRequest request)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, ProtocolJson.Default.AgentRequest);
        var header = new byte[Frame.HeaderLength];
        Frame.WriteHeader(header, FrameType.Request, payload.Length);
        return [.. header, .. payload];
    }
}

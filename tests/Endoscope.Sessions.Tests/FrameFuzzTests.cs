using Endoscope.Protocol;
using Endoscope.Testing;

namespace Endoscope.Sessions.Tests;

/// <summary>What an agent sends, compressed frames among it.</summary>
[Collection(typeof(Alone))]
public sealed class FrameFuzzTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<byte[]> Corpus = [Sent([5000]), Sent([10, 8000, 0, 6000]), []];

    private static readonly IReadOnlyList<byte[]> Words = [[17], [23], [0, 0, 0, 1], [0, 16, 0, 0], [255, 255, 255, 255], new byte[16]];

    [Fact]
    public void AnyBytesAreFramesOrAreRefused() => Fuzzing.Run(
        Corpus,
        Words,
        (input, _) =>
        {
            using var reader = new FrameReader(new MemoryStream(input));
            try
            {
                // Nothing in memory is ever waited for.
                while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } frame)
                {
                    Assert.InRange(frame.Payload.Length, 0, Frame.MaxPayload);
                    Assert.NotEqual(FrameType.Compressed, frame.Type);
                }
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        },
        output.WriteLine);

    private static byte[] Sent(int[] lengths)
    {
        using var stream = new MemoryStream();
        using var compressor = new FrameCompressor();
        var header = new byte[Frame.HeaderLength];
        foreach (var length in lengths)
        {
            var data = Enumerable.Range(0, length).Select(i => (byte)(i % 100)).ToArray();
            var isCompressed = compressor.TryCompress(FrameType.Output, data, out var compressed);
            var payload = isCompressed ? compressed : data;
            Frame.WriteHeader(header, isCompressed ? FrameType.Compressed : FrameType.Output, payload.Length);
            stream.Write(header);
            stream.Write(payload);
        }

        return stream.ToArray();
    }
}

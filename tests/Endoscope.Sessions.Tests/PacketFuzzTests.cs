using Endoscope.Protocol;
using Endoscope.Testing;

namespace Endoscope.Sessions.Tests;

[Collection(typeof(Alone))]
public sealed class PacketFuzzTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<byte[]> Corpus = [Captured(1, 20), Captured(30, 1400), Captured(1, 0), []];

    private static readonly IReadOnlyList<byte[]> Words = [[0], [1], [0, 0, 0, 1], [255, 255, 255, 255], [127, 255, 255, 255], new byte[16]];

    [Fact]
    public void AnyBytesArePacketsOrAreRefused() => Fuzzing.Run(
        Corpus,
        Words,
        (input, random) =>
        {
            var decoder = new PacketDecoder();
            try
            {
                // Two frames, or one that was torn.
                var middle = random.Next(input.Length + 1);
                Check(decoder.Decode(input.AsMemory(0, middle)));
                Check(decoder.Decode(input.AsMemory(middle)));
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }

            try
            {
                var whole = new PacketDecoder();
                Check(whole.Decode(input));
            }
            catch (InvalidDataException e)
            {
                Assert.NotEmpty(e.Message);
            }
        },
        output.WriteLine);

    private static void Check(IReadOnlyList<CapturedPacket> packets) =>
        Assert.True(packets.Sum(packet => (long)packet.Data.Length) <= 4 * PacketEncoder.LongestPacket);

    private static byte[] Captured(int packets, int length)
    {
        var encoder = new PacketEncoder();
        for (var i = 0; i < packets; i++)
        {
            encoder.Add(0, i, length, new byte[length]);
        }

        return encoder.Take().ToArray();
    }
}

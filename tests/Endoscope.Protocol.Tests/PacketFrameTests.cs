using System.Buffers.Binary;

namespace Endoscope.Protocol.Tests;

public sealed class PacketFrameTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    /// <summary>The end of a frame's compressed bytes may still be unread when all of its packets are there.</summary>
    [Fact]
    public void ComeBackWhateverTheLengthOfAFrameCompressed()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        var random = new Random(1);
        for (var length = 7_000; length < 8_200; length++)
        {
            var data = new byte[2 * length];
            random.NextBytes(data.AsSpan(length));
            encoder.Add(0, length, data.Length, data);

            var packet = Assert.Single(decoder.Decode(encoder.Take().ToArray()));

            Assert.Equal(length, packet.Time);
            Assert.True(packet.Data.Span.SequenceEqual(data), $"the packet of {data.Length} bytes");
        }
    }

    [Fact]
    public void BringsEveryPacketAsItWas()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        encoder.Add(0, 1_700_000_000_123_456_789, 1500, Hello);
        encoder.Add(3, 1_700_000_000_123_456_790, 0, []);

        var packets = decoder.Decode(encoder.Take().ToArray());

        Assert.Equal([(0, 1_700_000_000_123_456_789, 1500, 5), (3, 1_700_000_000_123_456_790, 0, 0)],
            packets.Select(packet => (packet.Interface, packet.Time, packet.OriginalLength, packet.Data.Length)));
        Assert.Equal(Hello, packets[0].Data.ToArray());
        Assert.True(encoder.IsEmpty);
    }

    [Fact]
    public void CompressesWhatRepeatsItself()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        for (var i = 0; !encoder.IsFull; i++)
        {
            encoder.Add(0, i, 1400, new byte[1400]);
        }

        var payload = encoder.Take().ToArray();

        Assert.True(payload.Length < 20_000, $"{payload.Length} bytes");
        Assert.True(decoder.Decode(payload).Count > 180);
    }

    [Fact]
    public void SendsWhatDoesNotGetSmallerAsItIs()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        var random = new Random(2);
        var data = new byte[100_000];
        for (var i = 0; i < 40; i++)
        {
            random.NextBytes(data);
            encoder.Add(0, i, data.Length, data);
            var payload = encoder.Take().ToArray();
            Assert.Equal(i is 0 or 33 ? 1 : 0, payload[0]);
            Assert.Equal(data, decoder.Decode(payload)[0].Data.ToArray());
        }
    }

    [Fact]
    public void NoticesAFrameThatIsMissing()
    {
        using var encoder = new PacketEncoder();
        using var decoder = new PacketDecoder();
        encoder.Add(0, 1, 5, Hello);
        _ = encoder.Take();
        encoder.Add(0, 2, 5, Hello);
        var second = encoder.Take().ToArray();

        var broken = Assert.Throws<InvalidDataException>(() => decoder.Decode(second));

        Assert.Equal("the agent had sent 1 packets, of which 0 arrived", broken.Message);
    }

    [Theory]
    [InlineData(9, int.MaxValue)]
    [InlineData(9, -1)]
    [InlineData(13 + 16, 6)]
    [InlineData(13 + 16, -1)]
    [InlineData(13 + 12, -1)]
    public void RefusesLengthsThatCannotBe(int at, int length)
    {
        var payload = new byte[13 + 20 + 5];
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(9), 25);
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(13 + 16), 5);
        using (var decoder = new PacketDecoder())
        {
            Assert.Single(decoder.Decode(payload));
        }

        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(at), length);
        using var other = new PacketDecoder();

        Assert.Throws<InvalidDataException>(() => other.Decode(payload));
    }

    [Fact]
    public void RefusesFramesThatAreCutOrOfAnUnknownKind()
    {
        using var decoder = new PacketDecoder();

        Assert.Throws<InvalidDataException>(() => decoder.Decode(new byte[12]));
        Assert.Throws<InvalidDataException>(() => decoder.Decode(new byte[] { 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }));
        Assert.Throws<InvalidDataException>(() => decoder.Decode(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 }));
    }
}

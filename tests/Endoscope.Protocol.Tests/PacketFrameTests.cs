using System.Buffers.Binary;

namespace Endoscope.Protocol.Tests;

public sealed class PacketFrameTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public void BringsEveryPacketAsItWas()
    {
        var encoder = new PacketEncoder();
        var decoder = new PacketDecoder();
        encoder.Add(0, 1_700_000_000_123_456_789, 1500, Hello);
        encoder.Add(3, 1_700_000_000_123_456_790, 0, []);

        var packets = decoder.Decode(encoder.Take().ToArray());

        Assert.Equal([(0, 1_700_000_000_123_456_789, 1500, 5), (3, 1_700_000_000_123_456_790, 0, 0)],
            packets.Select(packet => (packet.Interface, packet.Time, packet.OriginalLength, packet.Data.Length)));
        Assert.Equal(Hello, packets[0].Data.ToArray());
        Assert.True(encoder.IsEmpty);
    }

    [Fact]
    public void NoticesAFrameThatIsMissing()
    {
        var encoder = new PacketEncoder();
        var decoder = new PacketDecoder();
        encoder.Add(0, 1, 5, Hello);
        _ = encoder.Take();
        encoder.Add(0, 2, 5, Hello);
        var second = encoder.Take().ToArray();

        var broken = Assert.Throws<InvalidDataException>(() => decoder.Decode(second));

        Assert.Equal("the agent had sent 1 packets, of which 0 arrived", broken.Message);
    }

    [Theory]
    [InlineData(16, 6)]
    [InlineData(16, -1)]
    [InlineData(12, -1)]
    public void RefusesLengthsThatCannotBe(int at, int length)
    {
        var payload = new byte[8 + 20 + 5];
        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8 + 16), 5);
        Assert.Single(new PacketDecoder().Decode(payload));

        BinaryPrimitives.WriteInt32BigEndian(payload.AsSpan(8 + at), length);

        Assert.Throws<InvalidDataException>(() => new PacketDecoder().Decode(payload));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8 + 19)]
    public void RefusesFramesThatAreCut(int length) => Assert.Throws<InvalidDataException>(() => new PacketDecoder().Decode(new byte[length]));
}

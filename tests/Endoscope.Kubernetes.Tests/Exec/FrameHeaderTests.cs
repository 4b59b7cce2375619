using Endoscope.Kubernetes.Exec;

namespace Endoscope.Kubernetes.Tests.Exec;

public class FrameHeaderTests
{
    [Theory]
    [InlineData("8205", "Binary", true, 5, 2)]
    [InlineData("827E0100", "Binary", true, 256, 4)]
    [InlineData("027F0000000100000000", "Binary", false, 1L << 32, 10)]
    [InlineData("8A00", "Pong", true, 0, 2)]
    [InlineData("0003", "Continuation", false, 3, 2)]
    public void ReadsWhatAServerSends(string hex, string opcode, bool final, long length, int size)
    {
        var bytes = Convert.FromHexString(hex);

        Assert.True(FrameHeader.TryParse(bytes, out var header));
        Assert.Equal(new FrameHeader(Enum.Parse<Opcode>(opcode), final, length, size), header);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            Assert.False(FrameHeader.TryParse(bytes.AsSpan(0, cut), out _));
        }
    }

    [Theory]
    [InlineData("C200")]
    [InlineData("8300")]
    [InlineData("8285")]
    [InlineData("02FE")]
    [InlineData("0900")]
    [InlineData("897E0080")]
    [InlineData("827FFFFFFFFFFFFFFFFF")]
    public void RefusesWhatNoServerMaySend(string hex)
        => Assert.Throws<InvalidDataException>(() => FrameHeader.TryParse(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(0)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void WritesHeadsOfEveryLength(int length)
    {
        Span<byte> head = stackalloc byte[FrameHeader.MaxSize];
        var size = FrameHeader.Write(head, Opcode.Binary, length, [1, 2, 3, 4]);

        Assert.Equal((byte[])[1, 2, 3, 4], head[(size - 4)..size].ToArray());
        head[1] &= 0x7F;
        Assert.True(FrameHeader.TryParse(head[..(size - 4)], out var header));
        Assert.Equal(new FrameHeader(Opcode.Binary, true, length, size - 4), header);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void MasksEveryByteByItsPlace(int length)
    {
        var payload = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        FrameHeader.Mask(payload, [0xA0, 0xB1, 0xC2, 0xD3]);

        Assert.Equal(Enumerable.Range(0, length).Select(i => (byte)(i ^ new byte[] { 0xA0, 0xB1, 0xC2, 0xD3 }[i % 4])), payload);
    }
}

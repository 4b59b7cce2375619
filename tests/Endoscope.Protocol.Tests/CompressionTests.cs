using System.Buffers.Binary;

namespace Endoscope.Protocol.Tests;

public sealed class CompressionTests : IDisposable
{
    private readonly FrameCompressor compressor = new();
    private readonly Random random = new(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => compressor.Dispose();

    /// <summary>The end of a frame's compressed bytes may still be unread when all that they hold is there.</summary>
    [Fact]
    public async Task FramesComeOutAsTheyWentInWhateverTheirLengthCompressed()
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(stream);
        using var reader = new FrameReader(stream);
        for (var length = 7_000; length < 8_200; length++)
        {
            var data = HalfNoise(2 * length);
            stream.SetLength(0);
            await writer.WriteAsync(FrameType.Compressed, Compressed(FrameType.CapturePackets, data), Cancel);
            stream.Position = 0;

            var frame = await reader.ReadAsync(Cancel);

            Assert.Equal(FrameType.CapturePackets, frame?.Type);
            Assert.True(frame!.Value.Payload.Span.SequenceEqual(data), $"the frame of {data.Length} bytes");
        }
    }

    [Fact]
    public void WhatRepeatsItselfBecomesSmall() => Assert.InRange(Compressed(FrameType.Output, new byte[64 * 1024]).Length, 5, 1024);

    /// <summary>Noise neither of packets nor of output, and what is half noise of packets alone.</summary>
    [Theory]
    [InlineData(FrameType.CapturePackets, 1.0, false)]
    [InlineData(FrameType.CapturePackets, 0.5, true)]
    [InlineData(FrameType.Output, 0.5, false)]
    [InlineData(FrameType.Output, 0.1, true)]
    public void WhatDoesNotBecomeSmallEnoughIsTriedAgainAfter8FramesThen16ThenMore(FrameType type, double noise, bool isWorthIt)
    {
        for (var i = 0; i < 67; i++)
        {
            var data = new byte[60_000];
            random.NextBytes(data.AsSpan(0, (int)(noise * data.Length)));

            Assert.Equal(isWorthIt || i is 0 or 9 or 26 or 59, compressor.TryCompress(type, data, out _));
        }
    }

    [Fact]
    public void WhatIsShortIsSentAsItIs()
    {
        Assert.False(compressor.TryCompress(FrameType.Output, new byte[4095], out _));
        Assert.True(compressor.TryCompress(FrameType.Output, new byte[4096], out _));
    }

    /// <summary>It would be longer than a frame can be where it does not become smaller.</summary>
    [Fact]
    public void WhatIsVeryLongIsSentAsItIs()
    {
        var data = new byte[Frame.MaxPayload];
        random.NextBytes(data);

        Assert.False(compressor.TryCompress(FrameType.Output, data, out _));
        Assert.InRange(Compressed(FrameType.Output, data[..(Frame.MaxPayload / 8 * 7)]).Length, 1, Frame.MaxPayload);
    }

    [Fact]
    public async Task RefusesWhatStandsForNoFrame()
    {
        var sound = Compressed(FrameType.Output, HalfNoise(10_000));
        var longer = sound.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(longer.AsSpan(1), 10_001);
        var overLimit = sound.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(overLimit.AsSpan(1), Frame.MaxPayload + 1);

        Assert.Equal("a compressed frame of only 4 bytes", await RefusalAsync(sound[..4]));
        Assert.Equal("a compressed frame within another", await RefusalAsync([(byte)FrameType.Compressed, .. sound[1..]]));
        Assert.Equal("a compressed frame holds less than it says", await RefusalAsync(longer));
        Assert.Equal("a compressed frame holds less than it says", await RefusalAsync(sound[..^1000]));
        Assert.Equal($"a frame of {Frame.MaxPayload + 1} bytes is over the limit of {Frame.MaxPayload}", await RefusalAsync(overLimit));
    }

    [Fact]
    public async Task RefusesWhatHoldsMoreThanItSays()
    {
        var shorter = Compressed(FrameType.CapturePackets, HalfNoise(60_000));
        BinaryPrimitives.WriteInt32BigEndian(shorter.AsSpan(1), 1_000);

        Assert.Equal("a compressed frame holds more than it says", await RefusalAsync(shorter, Compressed(FrameType.CapturePackets, HalfNoise(10_000))));
    }

    private byte[] Compressed(FrameType type, byte[] data)
    {
        Assert.True(compressor.TryCompress(type, data, out var compressed));
        return compressed.ToArray();
    }

    private byte[] HalfNoise(int length)
    {
        var data = new byte[length];
        random.NextBytes(data.AsSpan(length / 2));
        return data;
    }

    private static async Task<string> RefusalAsync(params byte[][] payloads)
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(stream);
        using var reader = new FrameReader(stream);
        foreach (var payload in payloads)
        {
            await writer.WriteAsync(FrameType.Compressed, payload, Cancel);
        }

        stream.Position = 0;
        return (await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            while (await reader.ReadAsync(Cancel) is not null)
            {
            }
        })).Message;
    }
}

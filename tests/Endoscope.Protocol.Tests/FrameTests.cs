namespace Endoscope.Protocol.Tests;

public sealed class FrameTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFrameIsATypeALengthAndAPayload()
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(stream);

        await writer.WriteAsync(FrameType.Output, "abc"u8.ToArray(), Cancel);
        await writer.WriteAsync(FrameType.Heartbeat, default, Cancel);

        Assert.Equal([17, 0, 0, 0, 3, (byte)'a', (byte)'b', (byte)'c', 6, 0, 0, 0, 0], stream.ToArray());
    }

    [Fact]
    public async Task FramesComeOutAsTheyWentInHoweverTheStreamIsCut()
    {
        var random = new Random(11);
        for (var round = 0; round < 100; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 10)).Select(_ => RandomFrame(random)).ToList();
            using var stream = new MemoryStream();
            using var writer = new FrameWriter(stream);
            foreach (var (type, payload) in frames)
            {
                await writer.WriteAsync(type, payload, Cancel);
            }

            var reader = new FrameReader(new CutStream(stream.ToArray(), random));
            foreach (var (type, payload) in frames)
            {
                var frame = await reader.ReadAsync(Cancel);
                Assert.Equal(type, frame?.Type);
                Assert.Equal(payload, frame!.Value.Payload.ToArray());
            }

            Assert.Null(await reader.ReadAsync(Cancel));
        }
    }

    [Fact]
    public async Task AStreamCutAnywhereButBetweenFramesIsAnError()
    {
        byte[] whole = [17, 0, 0, 0, 3, 1, 2, 3];
        for (var length = 1; length < whole.Length; length++)
        {
            var reader = new FrameReader(new MemoryStream(whole[..length]));
            await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(Cancel));
        }
    }

    [Fact]
    public async Task AFrameOverTheLimitIsRefusedBeforeMemoryIsTaken()
    {
        var reader = new FrameReader(new MemoryStream([17, 0xff, 0xff, 0xff, 0xff]));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(Cancel));

        using var writer = new FrameWriter(Stream.Null);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteAsync(FrameType.Output, new byte[Frame.MaxPayload + 1], Cancel));
    }

    [Fact]
    public async Task AFrameOfTheLimitPasses()
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(stream);
        await writer.WriteAsync(FrameType.Output, new byte[Frame.MaxPayload], Cancel);
        stream.Position = 0;

        Assert.Equal(Frame.MaxPayload, (await new FrameReader(stream).ReadAsync(Cancel))?.Payload.Length);
    }

    [Fact]
    public async Task AnyBytesGiveFramesAnEndOrAnError()
    {
        var random = new Random(99);
        for (var round = 0; round < 5_000; round++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            for (var i = 0; i < bytes.Length; i += random.Next(1, 9))
            {
                bytes[i] = 0;
            }

            var reader = new FrameReader(new CutStream(bytes, random));
            var frames = 0;
            try
            {
                while (await reader.ReadAsync(Cancel) is not null)
                {
                    frames++;
                }
            }
            catch (InvalidDataException)
            {
                // Most of them are no frames.
            }

            Assert.InRange(frames, 0, bytes.Length / Frame.HeaderLength);
        }
    }

    [Fact]
    public async Task FramesOfSeveralWritersDoNotMix()
    {
        using var stream = new MemoryStream();
        using var writer = new FrameWriter(new YieldingStream(stream));
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(
            async () =>
            {
                for (var i = 0; i < 50; i++)
                {
                    await writer.WriteAsync((FrameType)n, Enumerable.Repeat((byte)n, n * 37).ToArray(), Cancel);
                }
            },
            Cancel)));

        stream.Position = 0;
        var reader = new FrameReader(stream);
        var counts = new int[9];
        while (await reader.ReadAsync(Cancel) is { } frame)
        {
            counts[(int)frame.Type]++;
            Assert.Equal((int)frame.Type * 37, frame.Payload.Length);
            Assert.Equal(-1, frame.Payload.Span.IndexOfAnyExcept((byte)frame.Type));
        }

        Assert.Equal([0, .. Enumerable.Repeat(50, 8)], counts);
    }

    private static (FrameType Type, byte[] Payload) RandomFrame(Random random)
    {
        var payload = new byte[random.Next(4) == 0 ? random.Next(100_000) : random.Next(12)];
        random.NextBytes(payload);
        return ((FrameType)random.Next(256), payload);
    }

    /// <summary>Gives its bytes in pieces of any size.</summary>
    private sealed class CutStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 4_000))], cancellationToken);
    }

    /// <summary>Lets another writer run between a write and the next.</summary>
    private sealed class YieldingStream(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer[..(buffer.Length / 2)], cancellationToken);
            await Task.Yield();
            await inner.WriteAsync(buffer[(buffer.Length / 2)..], cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

using Endoscope.Agent.Native;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class FrameDecoderTests
{
    [Fact]
    public void FramesComeOutAsTheyWentInHoweverTheyAreCut()
    {
        var random = new Random(42);
        for (var round = 0; round < 50; round++)
        {
            var frames = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Frame(random)).ToList();
            Assert.Equal(frames, Decode([.. frames.SelectMany(Encode)], random));
        }
    }

    [Fact]
    public void AFrameOfTheLargestSizePasses()
    {
        var frame = (FrameType.Request, Convert.ToHexString(new byte[Protocol.Frame.MaxPayload / 2]));

        Assert.Equal([frame], Decode(Encode(frame), new Random(1)));
    }

    [Fact]
    public void AFrameOverTheLimitIsRefusedBeforeItsPayloadComes() =>
        Assert.Throws<InvalidDataException>(() => Decode([1, 0, 16, 0, 1], new Random(1)));

    [Fact]
    public void AnyBytesGiveFramesOrARefusal()
    {
        var random = new Random(4711);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 2)
            {
                (bytes[1], bytes[2]) = (0, (byte)(bytes[2] % 32));
            }

            try
            {
                Decode(bytes, random);
            }
            catch (InvalidDataException)
            {
                // The right answer to most of them.
            }
        }
    }

    private static (FrameType Type, string Payload) Frame(Random random)
    {
        var payload = new byte[random.Next(3) == 0 ? random.Next(200_000) : random.Next(20)];
        random.NextBytes(payload);
        return ((FrameType)random.Next(256), Convert.ToHexString(payload));
    }

    private static byte[] Encode((FrameType Type, string Payload) frame)
    {
        var payload = Convert.FromHexString(frame.Payload);
        var bytes = new byte[Protocol.Frame.HeaderLength + payload.Length];
        Protocol.Frame.WriteHeader(bytes, frame.Type, payload.Length);
        payload.CopyTo(bytes, Protocol.Frame.HeaderLength);
        return bytes;
    }

    private static List<(FrameType Type, string Payload)> Decode(ReadOnlySpan<byte> bytes, Random random)
    {
        var (read, write) = Descriptor.Pipe();
        var decoder = new FrameDecoder();
        var frames = new List<(FrameType, string)>();
        try
        {
            while (!bytes.IsEmpty)
            {
                var cut = Math.Min(bytes.Length, random.Next(2) == 0 ? random.Next(1, 8) : 50_000);
                Assert.Equal(cut, Descriptor.Write(write, bytes[..cut]));
                bytes = bytes[cut..];
                for (var got = 0; got < cut;)
                {
                    got += (int)decoder.Fill(read);
                    while (decoder.TryTake(out var type, out var payload))
                    {
                        frames.Add((type, Convert.ToHexString(payload)));
                    }
                }
            }

            return frames;
        }
        finally
        {
            Descriptor.Close(ref read);
            Descriptor.Close(ref write);
        }
    }
}

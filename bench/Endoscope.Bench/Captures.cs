using Endoscope.Capture;
using Endoscope.Protocol;

namespace Endoscope.Bench;

/// <summary>
/// The same captures in two forms: frames as an agent sends them (<c>N.frames</c>), for us, and pcapng files (<c>N.pcapng</c>), for mergecap.
/// Merging does what <c>scope capture</c> does with the frames of its nodes: decode, put in order, look at the addresses, write.
/// </summary>
internal static class Captures
{
    private const long Start = 1_700_000_000L * 1_000_000_000;
    private const int Length = 100;
    private const long MostHeldBack = 48 << 20;

    /// <summary>Makes captures of so many packets each, in the same time, none of which comes at the moment of another.</summary>
    public static async Task<int> MakeAsync(string folder, int captures, int packets)
    {
        for (var capture = 0; capture < captures; capture++)
        {
            using var frames = File.Create(Path.Combine(folder, $"{capture}.frames"));
            using var frameWriter = new FrameWriter(frames);
            var encoder = new PacketEncoder();
            using var compressor = new FrameCompressor();
            await using var writer = Begin(Path.Combine(folder, $"{capture}.pcapng"), 1);
            var random = new Random(capture);
            var data = Packet(capture);
            for (var i = 0; i < packets; i++)
            {
                random.NextBytes(data.AsSpan(42, 16));
                var time = Start + (((i * (long)captures) + capture) * 1000);
                encoder.Add(0, time, Length, data);
                writer.Add(new Packet(0, time, Length, data));
                if (encoder.IsFull || i == packets - 1)
                {
                    var (type, payload) = Compress(compressor, encoder.Take());
                    await frameWriter.WriteAsync(type, payload, CancellationToken.None);
                    await writer.FlushAsync(CancellationToken.None);
                }
            }
        }

        return 0;
    }

    /// <summary>Merges all captures of a folder into <c>ours.pcapng</c>.</summary>
    public static async Task<int> MergeAsync(string folder)
    {
        var paths = Directory.GetFiles(folder, "*.frames").Order(StringComparer.Ordinal).ToArray();
        await using var writer = Begin(Path.Combine(folder, "ours.pcapng"), paths.Length);
        var merger = new PacketMerger(TimeSpan.FromTicks(1), MostHeldBack);
        var seen = new HashSet<AddressKey>();
        var nodes = paths.Select(path => new Node(path)).ToArray();
        for (var turn = 0; nodes.Any(node => !node.HasEnded); turn++)
        {
            for (var number = 0; number < nodes.Length; number++)
            {
                if (await nodes[number].ReadAsync() is { } packets)
                {
                    var from = number;
                    merger.Add(packets.Select(packet => new Packet(from, packet.Time, packet.OriginalLength, packet.Data)), TimeSpan.FromTicks(turn));
                }
            }

            // As in a live capture, a frame of every other node comes before a packet is let go.
            while (merger.TryTake(TimeSpan.FromTicks(turn), out var packet))
            {
                await WriteAsync(writer, seen, packet);
            }
        }

        while (merger.TryTake(out var packet))
        {
            await WriteAsync(writer, seen, packet);
        }

        await writer.FlushAsync(CancellationToken.None);
        foreach (var node in nodes)
        {
            node.Dispose();
        }

        return merger.Late == 0 ? 0 : 1;
    }

    // As the agent does.
    private static (FrameType Type, byte[] Payload) Compress(FrameCompressor compressor, ReadOnlySpan<byte> packets) =>
        compressor.TryCompress(FrameType.CapturePackets, packets, out var compressed) ? (FrameType.Compressed, compressed.ToArray()) : (FrameType.CapturePackets, packets.ToArray());

    private static ValueTask WriteAsync(CaptureWriter writer, HashSet<AddressKey> seen, in Packet packet)
    {
        if (PacketAddresses.TryRead(1, packet.Data.Span, out var source, out var destination))
        {
            seen.Add(source);
            seen.Add(destination);
        }

        writer.Add(packet);
        return writer.IsFull ? writer.FlushAsync(CancellationToken.None) : ValueTask.CompletedTask;
    }

    private static CaptureWriter Begin(string path, int interfaces)
    {
        var writer = new CaptureWriter(new FileSink(path));
        writer.Begin("bench", "bench", null);
        for (var number = 0; number < interfaces; number++)
        {
            writer.Add(new CaptureInterface { Name = $"shop/web-{number}:eth0", LinkType = 1, SnapLength = PacketEncoder.LongestPacket });
        }

        return writer;
    }

    // Ethernet, IPv4, UDP; from a pod of this capture's own to one that all talk with.
    private static byte[] Packet(int capture)
    {
        var packet = new byte[Length];
        Convert.FromHexString("0200000000080200000000070800450000560000000040110000").CopyTo(packet, 0);
        byte[] addresses = [10, 0, (byte)capture, 7, 10, 0, 99, 8, 0x30, 0x39, 0, 53, 0, 66, 0, 0];
        addresses.CopyTo(packet, 26);
        return packet;
    }

    private sealed class Node : IDisposable
    {
        private readonly FileStream file;
        private readonly FrameReader reader;
        private readonly PacketDecoder decoder = new();

        public Node(string path)
        {
            file = File.OpenRead(path);
            reader = new FrameReader(new BufferedStream(file, 1 << 20));
        }

        public bool HasEnded { get; private set; }

        public async ValueTask<IReadOnlyList<CapturedPacket>?> ReadAsync()
        {
            if (HasEnded || await reader.ReadAsync(CancellationToken.None) is not { } frame)
            {
                HasEnded = true;
                return null;
            }

            return decoder.Decode(frame.Payload);
        }

        public void Dispose()
        {
            reader.Dispose();
            file.Dispose();
        }
    }
}

using System.Buffers.Binary;
using System.Globalization;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Program;

/// <summary>
/// Quality row 20 for captures: much data through a slow disk, every packet in its place, and nothing piled up on the way. SCOPE_CAPTURE_MEGABYTES
/// asks for more of it; bench/long does for 10 GiB.
/// </summary>
public sealed class CaptureStreamTests
{
    private const int DefaultMegabytes = 256;
    private const int PacketLength = 60_000;
    private const long MostMemory = 150 << 20;

    [Fact]
    public async Task BringsEveryPacketThroughASlowDiskAndHoldsLittle()
    {
        var megabytes = int.TryParse(Environment.GetEnvironmentVariable("SCOPE_CAPTURE_MEGABYTES"), CultureInfo.InvariantCulture, out var asked) ? asked : DefaultMegabytes;
        var packets = (long)megabytes * (1 << 20) / PacketLength;
        await using var program = await WholeProgram.StartAsync();
        program.Server.OnExec((call, token) => SpeakAsync(call, packets, token));
        var disk = new SlowDisk();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var outcome = await program.RunIntoAsync(
            disk, "-p", "web", "capture", "-w", "-", "--packets", packets.ToString(CultureInfo.InvariantCulture));

        Assert.True(outcome.ExitCode == ExitCode.Done, outcome.ToString());
        Assert.Contains($"{packets} packets captured, {packets} passed the filter, 0 dropped by the kernel", outcome.Stderr);
        Assert.Equal(packets, disk.Packets);
        Assert.InRange(disk.MostMemory - before, 0, MostMemory);
    }

    private static async Task SpeakAsync(Testing.ApiServer.ExecCall call, long packets, CancellationToken token)
    {
        var reader = new FrameReader(call.Input);
        await reader.ReadAsync(token);
        using var writer = new FrameWriter(call.Output);
        var encoder = new PacketEncoder();
        await writer.WriteAsync(
            FrameType.CaptureInterface,
            new CaptureInterfaceEvent { Interface = 0, Target = 0, Name = "eth0", LinkType = 1, Addresses = [], HardwareAddress = "020000000007" },
            ProtocolJson.Default.CaptureInterfaceEvent,
            token);
        for (var probe = 0; probe < 3; probe++)
        {
            await writer.WriteAsync(FrameType.Clock, new byte[16], token);
        }

        // Noise, which is not compressed, of no protocol that has addresses.
        var data = new byte[PacketLength];
        new Random(1).NextBytes(data);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(12), 0x88b5);
        long bytes = 0;
        for (long i = 0; i < packets; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(data.AsSpan(14), i);
            encoder.Add(0, (1_700_000_000L * 1_000_000_000) + i, PacketLength, data);
            if (encoder.IsFull || i == packets - 1)
            {
                var payload = encoder.Take().ToArray();
                bytes += payload.Length;
                await writer.WriteAsync(FrameType.CapturePackets, payload, token);
            }
        }

        while (await reader.ReadAsync(token) is { Type: not FrameType.Signal })
        {
        }

        await writer.WriteAsync(
            FrameType.CaptureStatistics,
            new CaptureStatisticsEvent { Time = 1_700_000_001L * 1_000_000_000, Interfaces = [new InterfaceCounters(0, packets, 0, packets)] },
            ProtocolJson.Default.CaptureStatisticsEvent,
            token);
        await writer.WriteAsync(FrameType.End, new EndEvent { OutputBytes = bytes, ErrorBytes = 0 }, ProtocolJson.Default.EndEvent, token);
        await call.ExitAsync(0);
    }

    /// <summary>Takes a mebibyte, then rests; looks at what it is given instead of keeping it.</summary>
    private sealed class SlowDisk : MemoryStream
    {
        private const uint EnhancedPacket = 6;
        private const int BlockHeader = 28;
        private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(5);
        private byte[] block = [];
        private long written;

        /// <summary>Packets that came, each the next one of the capture.</summary>
        public long Packets { get; private set; }

        /// <summary>The most memory that was in use.</summary>
        public long MostMemory { get; private set; }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Look(buffer.Span);
            var rests = ((written + buffer.Length) >> 20) - (written >> 20);
            written += buffer.Length;
            for (; rests > 0; rests--)
            {
                await Task.Delay(Rest, cancellationToken);
                MostMemory = Math.Max(MostMemory, GC.GetTotalMemory(forceFullCollection: false));
            }
        }

        // Writes are of whole blocks.
        private void Look(ReadOnlySpan<byte> blocks)
        {
            while (blocks.Length > 0)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(blocks[4..]);
                if (BinaryPrimitives.ReadUInt32LittleEndian(blocks) == EnhancedPacket)
                {
                    LookAtPacket(blocks.Slice(BlockHeader, PacketLength));
                }

                blocks = blocks[length..];
            }
        }

        private void LookAtPacket(ReadOnlySpan<byte> packet)
        {
            Assert.Equal(Packets, BinaryPrimitives.ReadInt64BigEndian(packet[14..]));
            block = block.Length == 0 ? packet[22..].ToArray() : block;
            Assert.True(packet[22..].SequenceEqual(block));
            Packets++;
        }
    }
}

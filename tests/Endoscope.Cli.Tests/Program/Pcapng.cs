using System.Buffers.Binary;

namespace Endoscope.Cli.Tests.Program;

/// <summary>Looks into captures.</summary>
internal static class Pcapng
{
    private const uint EnhancedPacket = 6;

    /// <summary>Counts the packets of a capture, all of whose blocks must be whole.</summary>
    public static int CountPackets(ReadOnlySpan<byte> capture)
    {
        var count = 0;
        for (var at = 0; at < capture.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(capture[(at + 4)..]);
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(capture[(at + length - 4)..]));
            count += BinaryPrimitives.ReadUInt32LittleEndian(capture[at..]) == EnhancedPacket ? 1 : 0;
            at += length;
        }

        return count;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Endoscope.Capture.Tests;

/// <summary>Reads a little-endian pcapng file strictly, written for the tests from the format's specification.</summary>
internal static class Blocks
{
    /// <summary>A line a block; fails where a length is wrong.</summary>
    public static List<string> Describe(byte[] file)
    {
        List<string> lines = [];
        for (var at = 0; at < file.Length;)
        {
            var length = Number(file, at + 4);
            Assert.Equal(0, length % 4);
            Assert.Equal(length, Number(file, at + length - 4));
            lines.Add(Describe((uint)Number(file, at), file.AsSpan(at + 8, length - 12)));
            at += length;
        }

        return lines;
    }

    private static string Describe(uint type, ReadOnlySpan<byte> body) => type switch
    {
        0x0A0D0D0A => $"section: {Texts(body[16..])}",
        1 => $"interface: link {body[0]}, snap {Number(body, 4)}, {Interface(body[8..])}",
        4 => $"name: {new IPAddress(body.Slice(4, body[0] == 1 ? 4 : 16))} is {Names(body)}",
        5 => $"statistics: {Number(body)} at {Time(body)}, {Counters(body[12..])}",
        6 => $"packet: {Number(body)} at {Time(body)}, {Number(body, 12)} of {Number(body, 16)} bytes, flags {Flags(body)}",
        _ => throw new InvalidDataException($"a block of type {type}"),
    };

    private static string Interface(ReadOnlySpan<byte> options) => string.Join(" | ", Options(options).Select(option => option.Code switch
    {
        4 => $"{new IPAddress(option.Value.AsSpan(0, 4))}/{new IPAddress(option.Value.AsSpan(4, 4))}",
        5 => $"{new IPAddress(option.Value.AsSpan(0, 16))}/{option.Value[16]}",
        6 => Convert.ToHexStringLower(option.Value),
        9 => $"10^-{option.Value[0]} s",
        11 => Encoding.UTF8.GetString(option.Value.AsSpan(1)),
        _ => Encoding.UTF8.GetString(option.Value),
    }));

    private static string Texts(ReadOnlySpan<byte> options) => string.Join(" | ", Options(options).Select(option => Encoding.UTF8.GetString(option.Value)));

    private static string Names(ReadOnlySpan<byte> body)
    {
        var length = BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);
        var address = body[0] == 1 ? 4 : 16;
        return string.Join(", ", Encoding.UTF8.GetString(body.Slice(4 + address, length - address)).TrimEnd('\0').Split('\0'));
    }

    private static string Counters(ReadOnlySpan<byte> options) => string.Join(", ", Options(options).Select(option =>
        $"{BinaryPrimitives.ReadUInt64LittleEndian(option.Value)} {option.Code switch { 4 => "received", 5 => "dropped", 8 => "delivered", _ => "?" }}"));

    private static string Flags(ReadOnlySpan<byte> body)
    {
        var options = body[(20 + ((Number(body, 12) + 3) & ~3))..];
        return options.IsEmpty ? "none" : Options(options).Select(option => Number(option.Value).ToString(CultureInfo.InvariantCulture)).Single();
    }

    private static List<(int Code, byte[] Value)> Options(ReadOnlySpan<byte> options)
    {
        List<(int Code, byte[] Value)> all = [];
        while (true)
        {
            var (code, length) = (BinaryPrimitives.ReadUInt16LittleEndian(options), BinaryPrimitives.ReadUInt16LittleEndian(options[2..]));
            if (code == 0)
            {
                Assert.Equal(4, options.Length);
                return all;
            }

            all.Add((code, options.Slice(4, length).ToArray()));
            options = options[(4 + ((length + 3) & ~3))..];
        }
    }

    private static ulong Time(ReadOnlySpan<byte> body) => ((ulong)(uint)Number(body, 4) << 32) | (uint)Number(body, 8);

    private static int Number(ReadOnlySpan<byte> bytes, int at = 0) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
}

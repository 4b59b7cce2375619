using System.Buffers.Binary;
using System.Net;
using System.Text;
using Endoscope.Capture.Decoding;

namespace Endoscope.Capture.Tests;

/// <summary>Makes packets as they are on the wire, checksums aside, which nothing here looks at.</summary>
internal static class TestPacket
{
    public const int Ethernet = 1;
    public static readonly byte[] FirstHardware = [2, 0, 0, 0, 0, 7];
    public static readonly byte[] SecondHardware = [2, 0, 0, 0, 0, 8];

    public static byte[] InEthernet(byte[] packet) =>
        [.. SecondHardware, .. FirstHardware, .. packet[0] >> 4 == 6 ? (byte[])[0x86, 0xdd] : [8, 0], .. packet];

    public static byte[] Version4(string source, string destination, byte protocol, byte[] payload, ushort id = 1, ushort fragment = 0, int? length = null)
    {
        var header = new byte[20];
        header[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(length ?? 20 + payload.Length));
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(4), id);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(6), fragment);
        (header[8], header[9]) = (64, protocol);
        IPAddress.Parse(source).GetAddressBytes().CopyTo(header, 12);
        IPAddress.Parse(destination).GetAddressBytes().CopyTo(header, 16);
        return [.. header, .. payload];
    }

    public static byte[] Version6(string source, string destination, byte next, byte[] payload) =>
    [
        0x60, 0, 0, 0, .. Two(payload.Length), next, 64, .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(destination).GetAddressBytes(), .. payload,
    ];

    public static byte[] Tcp(int source, int destination, uint sequence, uint acknowledged, TcpControl flags, byte[]? payload = null, int window = 64240) =>
        [.. Two(source), .. Two(destination), .. Four(sequence), .. Four(acknowledged), 0x50, (byte)flags, .. Two(window), 0, 0, 0, 0, .. payload ?? []];

    public static byte[] Udp(int source, int destination, byte[] payload) => [.. Two(source), .. Two(destination), .. Two(8 + payload.Length), 0, 0, .. payload];

    public static byte[] Icmp(byte type, byte code, int first, int second, byte[]? payload = null) => [type, code, 0, 0, .. Two(first), .. Two(second), .. payload ?? new byte[56]];

    public static byte[] Dns(ushort id, ushort flags, string name, ushort type, params byte[][] answers) =>
        [.. Two(id), .. Two(flags), 0, 1, .. Two(answers.Length), 0, 0, 0, 0, .. Name(name), .. Two(type), 0, 1, .. answers.SelectMany(answer => answer)];

    /// <summary>An answer for the question's name, to which it points.</summary>
    public static byte[] Answer(ushort type, byte[] content) => [0xc0, 12, .. Two(type), 0, 1, 0, 0, 0, 60, .. Two(content.Length), .. content];

    public static byte[] Name(string name) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    public static byte[] ClientHello(string name)
    {
        byte[] host = [0, .. Two(name.Length), .. Encoding.ASCII.GetBytes(name)];
        byte[] extension = [0, 0, .. Two(host.Length + 2), .. Two(host.Length), .. host];
        byte[] other = [0, 23, 0, 0];
        byte[] hello = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Two(other.Length + extension.Length), .. other, .. extension];
        return [22, 3, 1, .. Two(hello.Length + 4), 1, 0, .. Two(hello.Length), .. hello];
    }

    private static byte[] Two(int number) => [(byte)(number >> 8), (byte)number];

    private static byte[] Four(uint number) => [.. Two((int)(number >> 16)), .. Two((int)(number & 0xffff))];
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Endoscope.Capture.Decoding;

namespace Endoscope.Capture;

/// <summary>
/// Writes the blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian, times in nanoseconds, into memory; only whole blocks
/// are ever in it.
/// </summary>
public sealed class PcapngBlocks
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint ByteOrderMagic = 0x1A2B3C4D;
    private const uint InterfaceDescription = 1;
    private const uint NameResolution = 4;
    private const uint InterfaceStatisticsBlock = 5;
    private const uint EnhancedPacket = 6;
    private const byte Nanoseconds = 9;
    private const int LongestText = 8 * 1024;

    private readonly List<(int LinkType, byte[] HardwareAddress)> interfaces = [];
    private byte[] buffer = new byte[64 * 1024];
    private int length;
    private int start;

    /// <summary>The blocks written since <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    /// <summary>Forgets the blocks written.</summary>
    public void Clear() => length = 0;

    /// <summary>Begins a section: the file's first block.</summary>
    /// <param name="comment">A remark about the capture, or null.</param>
    public void AddSection(string application, string system, string? comment)
    {
        Begin(SectionHeader);
        Put(ByteOrderMagic);
        Put((ushort)1);
        Put((ushort)0);
        Put(ulong.MaxValue);
        PutOption(1, comment);
        PutOption(3, system);
        PutOption(4, application);
        EndOptions();
        End();
    }

    /// <summary>Describes an interface. They are numbered from 0 in this order.</summary>
    public void AddInterface(CaptureInterface one)
    {
        interfaces.Add((one.LinkType, one.HardwareAddress.ToArray()));
        Begin(InterfaceDescription);
        Put((ushort)one.LinkType);
        Put((ushort)0);
        Put((uint)one.SnapLength);
        PutOption(1, one.Comment);
        PutOption(2, one.Name);
        PutOption(3, one.Description);
        foreach (var address in one.Addresses)
        {
            PutAddress(address);
        }

        if (one.HardwareAddress.Length == 6)
        {
            PutOption(6, one.HardwareAddress.Span);
        }

        PutOption(9, [Nanoseconds]);
        if (one.Filter is not null)
        {
            PutOption(11, [0, .. Encoding.UTF8.GetBytes(one.Filter)]);
        }

        EndOptions();
        End();
    }

    /// <summary>A packet, with the direction it had as far as it can be known.</summary>
    public void AddPacket(in Packet packet)
    {
        var data = packet.Data.Span;
        Begin(EnhancedPacket);
        Put((uint)packet.Interface);
        PutTime(packet.Time);
        Put((uint)data.Length);
        Put((uint)packet.OriginalLength);
        PutPadded(data);
        if (Flags(packet.Interface, data) is > 0 and var flags)
        {
            Put((ushort)2);
            Put((ushort)4);
            Put(flags);
            EndOptions();
        }

        End();
    }

    /// <summary>Names of an address.</summary>
    public void AddName(IPAddress address, IReadOnlyList<string> names)
    {
        var bytes = address.GetAddressBytes();
        var value = new List<byte>(bytes);
        foreach (var name in names)
        {
            value.AddRange(Encoding.UTF8.GetBytes(name));
            value.Add(0);
        }

        Begin(NameResolution);
        Put((ushort)(bytes.Length == 4 ? 1 : 2));
        Put((ushort)value.Count);
        PutPadded([.. value]);
        Put(0u);
        End();
    }

    /// <summary>An interface's counters.</summary>
    /// <param name="time">When they were read, in nanoseconds since 1970.</param>
    public void AddStatistics(int captureInterface, long time, InterfaceStatistics statistics)
    {
        Begin(InterfaceStatisticsBlock);
        Put((uint)captureInterface);
        PutTime(time);
        PutOption(4, (ulong)statistics.Received);
        PutOption(5, (ulong)statistics.Dropped);
        PutOption(8, (ulong)statistics.Delivered);
        EndOptions();
        End();
    }

    private uint Flags(int captureInterface, ReadOnlySpan<byte> data)
    {
        var (linkType, own) = interfaces[captureInterface];
        var direction = (uint)LinkLayer.Direction(linkType, data, own);
        var destination = LinkLayer.Read(linkType, data).Destination;
        var reception = destination.IsEmpty || direction == 0 ? 0u : (destination[0] & 1) == 0 ? 1u : destination.IndexOfAnyExcept((byte)0xff) < 0 ? 3u : 2u;
        return direction | (reception << 2);
    }

    private void Begin(uint type)
    {
        start = length;
        Put(type);
        Put(0u);
    }

    private void End()
    {
        var total = (uint)(length - start + sizeof(uint));
        Put(total);
        BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(start + sizeof(uint)), total);
    }

    private void PutTime(long time)
    {
        Put((uint)((ulong)time >> 32));
        Put((uint)time);
    }

    private void PutAddress(IPNetworkAddress one)
    {
        var bytes = one.Address.GetAddressBytes();
        if (one.Address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            PutOption(5, [.. bytes, (byte)one.PrefixLength]);
            return;
        }

        var netmask = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(netmask, one.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - one.PrefixLength));
        PutOption(4, [.. bytes, .. netmask]);
    }

    private void PutOption(ushort code, string? text)
    {
        if (text is not null)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            PutOption(code, bytes.AsSpan(0, Math.Min(bytes.Length, LongestText)));
        }
    }

    private void PutOption(ushort code, ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        PutOption(code, bytes);
    }

    private void PutOption(ushort code, ReadOnlySpan<byte> value)
    {
        Put(code);
        Put((ushort)value.Length);
        PutPadded(value);
    }

    private void EndOptions() => Put(0u);

    private void Put(ushort number) => BinaryPrimitives.WriteUInt16LittleEndian(Take(sizeof(ushort)), number);

    private void Put(uint number) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), number);

    private void Put(ulong number) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), number);

    private void PutPadded(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
        Take(-bytes.Length & 3).Clear();
    }

    private Span<byte> Take(int count)
    {
        if (length + count > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + count));
        }

        length += count;
        return buffer.AsSpan(length - count, count);
    }
}

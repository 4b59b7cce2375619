using System.Net;

namespace Endoscope.Capture.Tests;

public sealed class PacketAddressesTests
{
    private static readonly byte[] Version4 = Convert.FromHexString("450000140000000040010000" + "0a000007" + "0a000008");
    private static readonly byte[] Version6 = Convert.FromHexString("6000000000003a40" + "fd000000000000000000000000000007" + "fd000000000000000000000000000008");

    [Theory]
    [InlineData(1, "ffffffffffff0200000000070800")]
    [InlineData(1, "ffffffffffff020000000007810000050800")]
    [InlineData(101, "")]
    [InlineData(113, "00000001000600000000000000000800")]
    [InlineData(276, "0800000000000001000106000000000000000000")]
    public void AreFoundBehindEveryKindOfHeader(int linkType, string header)
    {
        Assert.True(PacketAddresses.TryRead(linkType, (byte[])[.. Convert.FromHexString(header), .. Version4], out var source, out var destination));

        Assert.Equal("10.0.0.7", source.ToAddress().ToString());
        Assert.Equal(AddressKey.Of(IPAddress.Parse("10.0.0.8")), destination);
    }

    [Fact]
    public void AreFoundInVersion6()
    {
        Assert.True(PacketAddresses.TryRead(101, Version6, out var source, out _));

        Assert.Equal("fd00::7", source.ToAddress().ToString());
    }

    [Fact]
    public void AreNotMadeUpWhereThereAreNone()
    {
        Assert.False(PacketAddresses.TryRead(1, Convert.FromHexString("ffffffffffff0200000000070806"), out _, out _));
        Assert.False(PacketAddresses.TryRead(1, [1, 2, 3], out _, out _));
        Assert.False(PacketAddresses.TryRead(101, Version4.AsSpan(0, 19), out _, out _));
        Assert.False(PacketAddresses.TryRead(147, Version4, out _, out _));
    }
}

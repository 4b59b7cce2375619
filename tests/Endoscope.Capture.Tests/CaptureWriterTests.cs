using System.Net;

namespace Endoscope.Capture.Tests;

/// <summary>The files as our own reader sees them; that Wireshark's tools read them too is shown end to end.</summary>
public sealed class CaptureWriterTests
{
    private static readonly CaptureInterface Eth0 = new()
    {
        Name = "shop/web-0:eth0",
        LinkType = 1,
        SnapLength = 262144,
        Description = "node node-1",
        Filter = "tcp",
        Addresses = [new IPNetworkAddress(IPAddress.Parse("10.0.0.7"), 24), new IPNetworkAddress(IPAddress.Parse("fd00::7"), 64)],
        HardwareAddress = new byte[] { 2, 0, 0, 0, 0, 7 },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HoldsEverythingThatWasAdded()
    {
        using var file = new MemoryStream();
        await using (var writer = new CaptureWriter(new StreamSink(file)))
        {
            writer.Begin("scope 1", "Linux", "a remark");
            writer.Add(Eth0);
            writer.AddName(IPAddress.Parse("10.0.0.8"), ["db.shop.svc", "db-0.shop.pod"]);
            writer.Add(new Packet(0, 1_700_000_000_123_456_789, 60, Frame(source: 7)));
            writer.Add(0, 1_700_000_001_000_000_000, new InterfaceStatistics(5, 2, 3));
            await writer.FlushAsync(Token);
        }

        Assert.Equal(
            [
                "section: a remark | Linux | scope 1",
                "interface: link 1, snap 262144, shop/web-0:eth0 | node node-1 | 10.0.0.7/255.255.255.0 | fd00::7/64 | 020000000007 | 10^-9 s | tcp",
                "name: 10.0.0.8 is db.shop.svc, db-0.shop.pod",
                "packet: 0 at 1700000000123456789, 14 of 60 bytes, flags 6",
                "statistics: 0 at 1700000001000000000, 5 received, 2 dropped, 3 delivered",
            ],
            Blocks.Describe(file.ToArray()));
    }

    [Theory]
    [InlineData(7, 0, 6u)] // sent, to one
    [InlineData(9, 0, 5u)] // received, by one
    [InlineData(9, 0x01, 9u)] // received, multicast
    [InlineData(9, 0xff, 13u)] // received, broadcast
    public async Task TellsTheDirectionByTheHardwareAddress(byte source, byte destination, uint flags)
    {
        using var file = new MemoryStream();
        await using var writer = new CaptureWriter(new StreamSink(file));
        writer.Add(Eth0);
        writer.Add(new Packet(0, 1, 14, Frame(source, destination)));
        await writer.FlushAsync(Token);

        Assert.EndsWith($"flags {flags}", Blocks.Describe(file.ToArray())[^1]);
    }

    [Fact]
    public async Task EveryFileOfARingCanBeReadByItself()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await using (var writer = new CaptureWriter(new RingSink(Path.Combine(folder.FullName, "web.pcapng"), files: 2, size: 2000)))
            {
                writer.Begin("scope 1", "Linux", null);
                writer.Add(Eth0);
                for (var i = 0; i < 50; i++)
                {
                    writer.Add(new Packet(0, i, 60, new byte[100]));
                    await writer.FlushAsync(Token);
                }
            }

            var files = folder.GetFiles().OrderBy(file => file.Name, StringComparer.Ordinal).ToArray();
            Assert.Equal(["web_00004.pcapng", "web_00005.pcapng"], files.Select(file => file.Name));
            Assert.All(files, file => Assert.InRange(file.Length, 300, 2000));
            Assert.All(files, file => Assert.StartsWith("section: ", Blocks.Describe(File.ReadAllBytes(file.FullName))[0]));
            Assert.All(files, file => Assert.StartsWith("interface: ", Blocks.Describe(File.ReadAllBytes(file.FullName))[1]));
            Assert.Contains("packet: 0 at 49,", Blocks.Describe(File.ReadAllBytes(files[1].FullName))[^1]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[] Frame(byte source, byte destination = 0)
    {
        var frame = new byte[14];
        frame.AsSpan(0, 6).Fill(destination);
        frame[6] = 2;
        frame[11] = source;
        return frame;
    }
}

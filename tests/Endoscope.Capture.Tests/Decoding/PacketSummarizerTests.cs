using System.Net;
using Endoscope.Capture.Decoding;
using Endoscope.Testing;
using static Endoscope.Capture.Tests.TestPacket;

namespace Endoscope.Capture.Tests.Decoding;

public sealed class PacketSummarizerTests
{
    private const string Web = "10.0.0.7";
    private const string Database = "10.0.0.8";
    private const TcpControl SynAck = TcpControl.Syn | TcpControl.Ack;
    private const TcpControl PushAck = TcpControl.Push | TcpControl.Ack;

    private static readonly byte[] Query = Udp(40000, 53, Dns(0x1a2b, 0x0100, "db.shop", 1));
    private static readonly byte[] Response = Udp(53, 40000, Dns(0x1a2b, 0x8180, "db.shop", 1, Answer(5, Name("db-0.shop")), Answer(1, [10, 0, 0, 8])));
    private static readonly byte[] Quoted = Version4(Web, Database, IpProtocol.Udp, Udp(40000, 5432, []));

    /// <summary>What is sent, and the line that it is shown as.</summary>
    public static TheoryData<string, byte[]> Lines => new()
    {
        { "TCP web:40000 > db:5432 [SYN] seq=4000000000 win=64240 len=0", Version4(Web, Database, 6, Tcp(40000, 5432, 4_000_000_000, 0, TcpControl.Syn)) },
        { "TCP web:40000 > db:5432 [SYN ACK] seq=1 ack=2 win=500 len=0", Version4(Web, Database, 6, Tcp(40000, 5432, 1, 2, SynAck, window: 500)) },
        { "TCP web:40000 > db:5432 [PSH ACK] seq=1 ack=2 win=64240 len=5", Version4(Web, Database, 6, Tcp(40000, 5432, 1, 2, PushAck, "hello"u8.ToArray())) },
        { "HTTP web:40000 > db:80 GET /a%20b HTTP/1.1 [PSH ACK] seq=1 ack=2 win=64240 len=31", Version4(Web, Database, 6, Tcp(40000, 80, 1, 2, PushAck, "GET /a%20b HTTP/1.1\r\nHost: db\r\n"u8.ToArray())) },
        { "HTTP web:80 > db:40000 HTTP/1.1 404 Not Found [PSH ACK] seq=1 ack=2 win=64240 len=24", Version4(Web, Database, 6, Tcp(80, 40000, 1, 2, PushAck, "HTTP/1.1 404 Not Found\r\n"u8.ToArray())) },
        { "TLS web:40000 > db:443 ClientHello sni=db.example [PSH ACK] seq=1 ack=2 win=64240 len=75", Version4(Web, Database, 6, Tcp(40000, 443, 1, 2, PushAck, ClientHello("db.example"))) },
        { "DNS web:40000 > db:53 query 0x1a2b A db.shop", Version4(Web, Database, 17, Query) },
        { "DNS web:53 > db:40000 response 0x1a2b A db.shop: CNAME db-0.shop, 10.0.0.8", Version4(Web, Database, 17, Response) },
        { "DNS web:53 > db:40000 response 0x0001 AAAA db.shop: NXDOMAIN", Version4(Web, Database, 17, Udp(53, 40000, Dns(1, 0x8183, "db.shop", 28))) },
        { "UDP web:40000 > db:8125 len=3", Version4(Web, Database, 17, Udp(40000, 8125, [1, 2, 3])) },
        { "ICMP web > db echo request id=7 seq=3 len=64", Version4(Web, Database, 1, Icmp(8, 0, 7, 3)) },
        { "ICMP web > db echo reply id=7 seq=3 len=64", Version4(Web, Database, 1, Icmp(0, 0, 7, 3)) },
        { "ICMP web > db port unreachable (UDP web:40000 > db:5432)", Version4(Web, Database, 1, Icmp(3, 3, 0, 0, Quoted)) },
        { "ICMP web > db host unreachable (UDP web:40000 > db:5432)", Version4(Web, Database, 1, Icmp(3, 1, 0, 0, Quoted)) },
        { "ICMP web > db too big: fragmentation needed, MTU 1400 (UDP web:40000 > db:5432)", Version4(Web, Database, 1, Icmp(3, 4, 0, 1400, Quoted)) },
        { "ICMP web > db hop limit exceeded on the way (UDP web:40000 > db:5432)", Version4(Web, Database, 1, Icmp(11, 0, 0, 0, Quoted)) },
        { "ICMPv6 fd00::7 > fd00::8 echo request id=7 seq=3 len=64", Version6("fd00::7", "fd00::8", 58, Icmp(128, 0, 7, 3)) },
        { "ICMPv6 fd00::7 > fd00::8 who has fd00::9?", Version6("fd00::7", "fd00::8", 58, [135, 0, 0, 0, 0, 0, 0, 0, .. IPAddress.Parse("fd00::9").GetAddressBytes()]) },
        { "TCP [fd00::7]:40000 > [fd00::8]:5432 [SYN] seq=1 win=64240 len=0", Version6("fd00::7", "fd00::8", 60, [6, 0, 0, 0, 0, 0, 0, 0, .. Tcp(40000, 5432, 1, 0, TcpControl.Syn)]) },
        { "IPv4 web > db fragment of UDP id=0x2a offset=1480 len=10", Version4(Web, Database, 17, new byte[10], id: 42, fragment: 185) },
        { "UDP web:40000 > db:9 len=3 (first fragment, id=0x2a)", Version4(Web, Database, 17, Udp(40000, 9, [1, 2, 3]), id: 42, fragment: 0x2000) },
        { "SCTP web > db len=4", Version4(Web, Database, 132, new byte[4]) },
        { "TCP web > db broken or cut off", Version4(Web, Database, 6, new byte[10]) },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void SaysWhatIsInAPacket(string line, byte[] packet) => Assert.Equal(line, Line(Ethernet, InEthernet(packet)));

    [Theory]
    [InlineData(1, "who has db? tell web")]
    [InlineData(2, "web is at 02:00:00:00:00:07")]
    public void SaysWhoHasAnAddress(byte operation, string info)
    {
        byte[] arp = [0, 1, 8, 0, 6, 4, 0, operation, .. FirstHardware, 10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 10, 0, 0, 8];

        var summary = PacketSummarizer.Summarize(Ethernet, (byte[])[.. SecondHardware, .. FirstHardware, 8, 6, .. arp], 42, Show);

        Assert.Equal(("ARP", info), (summary.Protocol, summary.Info));
        Assert.Equal("02:00:00:00:00:07", summary.Source.Hardware);
    }

    [Theory]
    [InlineData(101, "")]
    [InlineData(0, "02000000")]
    [InlineData(108, "00000002")]
    [InlineData(113, "00000001000600000000000000000800")]
    [InlineData(276, "0800000000000001000106000000000000000000")]
    [InlineData(1, "ffffffffffff02000000000781000005" + "0800")]
    [InlineData(1, "ffffffffffff020000000007" + "88a80005" + "81000006" + "0800")]
    public void KnowsEveryKindOfLink(int linkType, string header)
    {
        var packet = Version4(Web, Database, 1, Icmp(8, 0, 7, 3));

        Assert.Equal("ICMP web > db echo request id=7 seq=3 len=64", Line(linkType, [.. Convert.FromHexString(header), .. packet]));
    }

    [Fact]
    public void TellsTheLengthOnTheWireWhereLessWasKept()
    {
        var packet = InEthernet(Version4(Web, Database, 6, Tcp(1, 2, 3, 4, TcpControl.Ack, new byte[1000])));

        Assert.Equal("TCP web:1 > db:2 [ACK] seq=3 ack=4 win=64240 len=1000", Line(Ethernet, packet[..60], packet.Length));
    }

    [Fact]
    public void TellsTheLengthOfWhatIsYetToBeCutToTheLinksSize()
    {
        var packet = InEthernet(Version4(Web, Database, 6, Tcp(1, 2, 3, 4, TcpControl.Ack, new byte[100]), length: 0));

        Assert.Equal("TCP web:1 > db:2 [ACK] seq=3 ack=4 win=64240 len=70000", Line(Ethernet, packet, 14 + 20 + 20 + 70_000));
    }

    [Fact]
    public void LeavesOutWhatPadsAShortFrame()
    {
        Assert.Equal("UDP web:1 > db:2 len=0", Line(Ethernet, [.. InEthernet(Version4(Web, Database, 17, Udp(1, 2, []))), .. new byte[18]]));
    }

    [Fact]
    public void NothingOfAPacketReachesATerminalAsItIs()
    {
        var packet = Version4(Web, Database, 6, Tcp(1, 80, 3, 4, TcpControl.Ack, "GET /\x1b]0;x\x07\u00e9 HTTP/1.1\r\n"u8.ToArray()));

        Assert.Equal(@"HTTP web:1 > db:80 GET /\x1b]0;x\x07\xc3\xa9 HTTP/1.1 [ACK] seq=3 ack=4 win=64240 len=24", Line(Ethernet, InEthernet(packet)));
    }

    [Fact]
    public void ANameThatPointsToItselfEnds()
    {
        byte[] message = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0xc0, 12, 0, 1, 0, 1];

        Assert.Equal("DNS web:40000 > db:53 query 0x0001 A a", Line(Ethernet, InEthernet(Version4(Web, Database, 17, Udp(40000, 53, message)))));
    }

    [Fact]
    public void NoBytesMakeItFail()
    {
        byte[][] corpus = [.. Lines.Select(row => InEthernet(row.Data.Item2))];
        int[] linkTypes = [0, 1, 101, 108, 113, 228, 276, 147];
        Fuzzing.Run(
            corpus,
            Fuzzing.Bytes("GET ", "\x16\x03\x01", "\xc0\x0c", "\0\0", "\xff\xff", "E\0"),
            (input, random) =>
            {
                var linkType = linkTypes[random.Next(4) > 0 ? 1 : random.Next(linkTypes.Length)];
                var line = Line(linkType, input, random.Next(3) == 0 ? random.Next() : input.Length);
                if (line.Length > 2000 || line.Any(c => c is < ' ' or > '~'))
                {
                    throw new InvalidOperationException(line);
                }
            },
            TestContext.Current.SendDiagnosticMessage);
    }

    private static string Line(int linkType, byte[] packet, int? originalLength = null)
    {
        var one = PacketSummarizer.Summarize(linkType, packet, originalLength ?? packet.Length, Show);
        return $"{one.Protocol} {Party(one.Source)} > {Party(one.Destination)} {one.Info}";
    }

    private static string Party(PacketParty party) => party switch
    {
        { Address: { } address, Port: { } port } => $"{(address.IsVersion6 ? $"[{Show(address)}]" : Show(address))}:{port}",
        { Address: { } address } => Show(address),
        _ => party.Hardware!,
    };

    private static string Show(AddressKey address) => address.ToAddress().ToString() switch
    {
        Web => "web",
        Database => "db",
        var other => other,
    };
}

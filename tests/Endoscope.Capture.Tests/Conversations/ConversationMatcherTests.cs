using System.Net;
using Endoscope.Capture.Conversations;
using Endoscope.Capture.Decoding;
using Endoscope.Testing;
using static Endoscope.Capture.Tests.TestPacket;

namespace Endoscope.Capture.Tests.Conversations;

public sealed class ConversationMatcherTests
{
    private const string Web = "10.0.1.7";
    private const string Database = "10.0.2.8";
    private const string Cluster = "10.96.0.5";
    private const string Gateway = "10.0.1.1";
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;
    private const TcpControl SynAck = TcpControl.Syn | TcpControl.Ack;

    private readonly List<string> told = [];
    private ConversationMatcher matcher;

    public ConversationMatcherTests() => matcher = Start(new ConversationSettings());

    [Fact]
    public void APingArrivesAndIsAnswered()
    {
        Pass(0, Echo(8, 1));
        Pass(10, Echo(0, 1), from: Side.Second);
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Arrived after 1 ms", "db echo reply id=7 seq=1 len=64: Arrived after 1 ms"], told);
        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
        Assert.Equal((1, 1, 0, 0, 0), Counts(Side.Second));
    }

    [Fact]
    public void APingThatDiesOnTheWayIsLost()
    {
        Send(0, Echo(8, 1));
        Later(1.9);
        Assert.Empty(told);
        Later(2.1);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Lost"], told);
        Assert.Equal((1, 0, 1, 0, 0), Counts(Side.First));
    }

    [Fact]
    public void APingThatNobodyAnswersHasArrived()
    {
        Pass(0, Echo(8, 1));
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Arrived after 1 ms", "web echo request id=7 seq=1 len=64: Unanswered"], told);
        Assert.Equal((1, 1, 0, 0, 1), Counts(Side.First));
    }

    [Fact]
    public void AnAnswerThatDiesOnItsWayBackIsAnAnswer()
    {
        Pass(0, Echo(8, 1));
        Send(10, Echo(0, 1), from: Side.Second);
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Arrived after 1 ms", "db echo reply id=7 seq=1 len=64: Lost"], told);
        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
    }

    [Fact]
    public void WhatTheKernelDroppedOfTheCaptureMayHaveArrived()
    {
        Send(0, Echo(8, 1));
        matcher.NoteDrops(Side.Second, Second);
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Lost perhaps"], told);
        Assert.Equal(1, matcher.TallyOf(Side.First).NotSeen);
        Assert.Equal(0, matcher.TallyOf(Side.First).Lost);
    }

    [Fact]
    public void SomebodyOnTheWayMaySayWhy()
    {
        var packet = Echo(8, 1);
        Send(0, packet);
        See(Side.First, 3, Version4(Gateway, Web, IpProtocol.Icmp, Icmp(3, 1, 0, 0, packet)));
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Refused by 10.0.1.1: host unreachable (ICMP web > db)"], told);
        Assert.Equal(1, matcher.TallyOf(Side.First).Refused);
        Assert.Equal(0, matcher.TallyOf(Side.Second).Unsent);
    }

    [Fact]
    public void APortThatIsClosedAnswers()
    {
        var query = Version4(Web, Database, IpProtocol.Udp, Udp(40000, 53, [1, 2, 3]));
        Pass(0, query);
        Pass(2, Version4(Database, Web, IpProtocol.Icmp, Icmp(3, 3, 0, 0, query)), from: Side.Second);
        Later(5);

        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
        Assert.Equal((1, 1, 0, 0, 0), Counts(Side.Second));
    }

    [Fact]
    public void WhoSpeaksFirstInUdpAsksAndTheOtherAnswers()
    {
        Pass(0, Version4(Web, Database, IpProtocol.Udp, Udp(40000, 53, [1, 2, 3])));
        Pass(2, Version4(Database, Web, IpProtocol.Udp, Udp(53, 40000, [4])), from: Side.Second);
        Pass(10, Version4(Web, Database, IpProtocol.Udp, Udp(40001, 53, [1, 2, 3]), id: 2));
        Later(5);

        Assert.Equal((2, 2, 0, 1, 1), Counts(Side.First));
        Assert.Equal((1, 1, 0, 0, 0), Counts(Side.Second));
    }

    [Fact]
    public void PacketsThatOvertakeOneAnotherArriveAll()
    {
        for (var i = 0; i < 5; i++)
        {
            Send(i, Echo(8, i));
        }

        for (var i = 4; i >= 0; i--)
        {
            Arrive(10 - i, Echo(8, i));
        }

        Assert.Equal(5, told.Count);
        Assert.Contains("web echo request id=7 seq=0 len=64: Arrived after 10 ms", told);
        Assert.Contains("web echo request id=7 seq=4 len=64: Arrived after 2 ms", told);
    }

    [Fact]
    public void APacketThatArrivesTwiceArrivedOnce()
    {
        Pass(0, Echo(8, 1));
        Arrive(2, Echo(8, 1));
        Later(5);

        Assert.Equal((1, 1, 0, 0, 1), Counts(Side.First));
        Assert.Equal(1, matcher.TallyOf(Side.First).Unsent);
    }

    [Fact]
    public void ClocksMayDifferALittle()
    {
        Arrive(0, Echo(8, 1));
        Send(5, Echo(8, 1));

        Assert.Equal(["web echo request id=7 seq=1 len=64: Arrived after -5 ms"], told);
    }

    [Fact]
    public void ClocksDoNotDifferBySeconds()
    {
        Arrive(0, Echo(8, 1));
        Send(1500, Echo(8, 1));
        Later(5);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Lost"], told);
    }

    [Fact]
    public void OtherConversationsAreNoMatterOfThisOne()
    {
        Send(0, Version4(Web, "10.0.9.9", IpProtocol.Icmp, Icmp(8, 0, 7, 1)));
        Arrive(0, Version4("10.0.9.9", Database, IpProtocol.Icmp, Icmp(8, 0, 9, 2), id: 77));
        See(Side.First, 1, [0x45]);
        Later(5);

        Assert.Empty(told);
        Assert.Equal((0, 0, 0, 0, 0), Counts(Side.First));
        Assert.Equal(0, matcher.TallyOf(Side.First).Unsent);
    }

    [Fact]
    public void AServiceMayChangeAddressesAndPortsOnTheWay()
    {
        Send(0, Version4(Web, Cluster, 6, Tcp(40000, 80, 100, 0, TcpControl.Syn)));
        Arrive(1, Version4(Gateway, Database, 6, Tcp(61000, 8080, 100, 0, TcpControl.Syn)));
        Send(2, Version4(Database, Gateway, 6, Tcp(8080, 61000, 500, 101, SynAck)), from: Side.Second);
        Arrive(3, Version4(Cluster, Web, 6, Tcp(80, 40000, 500, 101, SynAck)), to: Side.First);

        // Of a flow that is known the lost packets are, too.
        Send(4, Version4(Web, Cluster, 6, Tcp(40000, 80, 101, 501, TcpControl.Ack, new byte[10])));
        Later(5);

        Assert.Equal(["web [SYN]: Arrived after 1 ms", "db [SYN ACK]: Arrived after 1 ms", "web [ACK]: Lost"], told.Select(Short));
        Assert.Equal((2, 1, 1, 1, 0), Counts(Side.First));
    }

    [Fact]
    public void AServiceMayChangeWhereAConnectionIsRefusedFrom()
    {
        Send(0, Version4(Web, Cluster, 6, Tcp(40000, 80, 100, 0, TcpControl.Syn)));
        Arrive(1, Version4(Web, Database, 6, Tcp(40000, 8080, 100, 0, TcpControl.Syn)));
        Send(2, Version4(Database, Web, 6, Tcp(8080, 40000, 0, 101, TcpControl.Reset | TcpControl.Ack)), from: Side.Second);
        Arrive(3, Version4(Cluster, Web, 6, Tcp(80, 40000, 0, 101, TcpControl.Reset | TcpControl.Ack)), to: Side.First);
        Later(5);

        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
        Assert.Equal((1, 1, 0, 0, 0), Counts(Side.Second));
    }

    [Fact]
    public void WhatIsSentToAnAddressOfTheServiceAndLostIsLost()
    {
        matcher.AddAddress(Side.Second, AddressKey.Of(IPAddress.Parse(Cluster)));
        Send(0, Version4(Web, Cluster, 6, Tcp(40000, 80, 100, 0, TcpControl.Syn)));
        Later(5);

        Assert.Equal(["web [SYN]: Lost"], told.Select(Short));
    }

    [Fact]
    public void SegmentsMayBeCutAndJoinedOnTheWay()
    {
        Send(0, Data(1000, 3000));
        Arrive(1, Data(1000, 1400));
        Arrive(2, Data(2400, 1600));
        Send(3, Data(4000, 1000));
        Send(3, Data(5000, 1000));
        Arrive(4, Data(4000, 2000));
        Acknowledge(5, 6000);
        Later(5);

        Assert.Equal((3, 3, 0, 3, 0), Counts(Side.First));
        Assert.Contains(told, line => line.Contains("len=3000: Arrived after 2 ms", StringComparison.Ordinal));
    }

    [Fact]
    public void ASegmentOfWhichAPartIsMissingIsLost()
    {
        Send(0, Data(1000, 3000));
        Arrive(1, Data(1000, 1400));
        Later(5);

        Assert.Equal((1, 0, 1, 0, 0), Counts(Side.First));
    }

    [Fact]
    public void ARetransmissionArrivesWhereTheFirstWasLost()
    {
        Send(0, Data(1000, 100));
        Send(200, Data(1000, 100));
        Arrive(201, Data(1000, 100));
        Acknowledge(202, 1100);
        Later(5);

        Assert.Equal((2, 1, 1, 1, 0), Counts(Side.First));
        Assert.Contains(told, line => line.EndsWith("len=100: Arrived after 1 ms again", StringComparison.Ordinal));
    }

    [Fact]
    public void ARetransmissionThatWasNotNeededArrivesToo()
    {
        Pass(0, Data(1000, 100));
        Pass(200, Data(1000, 100));
        Later(5);

        Assert.Equal((2, 2, 0, 0, 2), Counts(Side.First));
    }

    [Fact]
    public void SequenceNumbersBeginAgain()
    {
        Send(0, Data(uint.MaxValue - 49, 100));
        Arrive(1, Data(uint.MaxValue - 49, 80));
        Arrive(2, Data(30, 20));
        Acknowledge(3, 50);
        Later(5);

        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
    }

    [Fact]
    public void AResetIsAnAnswer()
    {
        Pass(0, Version4(Web, Database, 6, Tcp(40000, 5432, 100, 0, TcpControl.Syn)));
        Pass(2, Version4(Database, Web, 6, Tcp(5432, 40000, 0, 101, TcpControl.Reset | TcpControl.Ack)), from: Side.Second);
        Later(5);

        Assert.Equal((1, 1, 0, 1, 0), Counts(Side.First));
        Assert.Equal((1, 1, 0, 0, 0), Counts(Side.Second));
    }

    [Fact]
    public void WhoEndsAConnectionAtOnceWaitsForNoAnswer()
    {
        Pass(0, Data(1000, 100));
        Pass(2, Version4(Web, Database, 6, Tcp(40000, 5432, 1100, 0, TcpControl.Reset)));
        Later(5);

        Assert.Equal((2, 2, 0, 0, 0), Counts(Side.First));
    }

    [Fact]
    public void AtTheEndALittleLessPatienceIsEnough()
    {
        Send(0, Echo(8, 1));
        Send(900, Echo(8, 2));
        Later(1);
        matcher.Finish(isWhole: true);

        Assert.Equal(["web echo request id=7 seq=1 len=64: Lost"], told);
        Assert.Equal(1, matcher.TallyOf(Side.First).Undecided);
    }

    [Fact]
    public void NothingIsSaidOfWhatACaptureThatIsNotWholeDoesNotShow()
    {
        Send(0, Echo(8, 1));
        Later(1);
        matcher.Finish(isWhole: false);

        Assert.Empty(told);
        Assert.Equal(1, matcher.TallyOf(Side.First).Undecided);
    }

    [Fact]
    public void NothingIsSaidOfWhatWasBeforeACapture()
    {
        matcher.Begin(Side.First, 1 * Millisecond);
        matcher.Begin(Side.Second, 500 * Millisecond);
        Arrive(0, Echo(0, 9), to: Side.First);
        Send(499, Echo(8, 1));
        Send(500, Echo(8, 2));
        Later(5);

        Assert.Equal(["web echo request id=7 seq=2 len=64: Lost"], told);
        Assert.Equal(1, matcher.TallyOf(Side.First).Sent);
        Assert.Equal(0, matcher.TallyOf(Side.Second).Unsent);
    }

    [Fact]
    public void ACaptureThatHasNotTalkedForLongSaysNothingOfLosses()
    {
        Send(0, Echo(8, 1));
        matcher.Advance(Side.First, 60 * Second);

        Assert.Empty(told);
    }

    [Fact]
    public void NoMoreIsRememberedThanIsAllowed()
    {
        var small = Start(new ConversationSettings { MostPending = 100 });
        for (var i = 0; i < 1000; i++)
        {
            small.Add(Side.First, Ethernet, Packet(i, InEthernet(Echo(8, i))));
        }

        Assert.Equal(900, small.TallyOf(Side.First).Undecided);
        small.Advance(Side.Second, 60 * Second);
        Assert.Equal(100, small.TallyOf(Side.First).Lost);
    }

    [Fact]
    public void AFloodOfOthersDoesNotPushOutOurs()
    {
        matcher = Start(new ConversationSettings { MostPending = 100 });
        Pass(0, Version4(Web, Database, 6, Tcp(40000, 5432, 100, 0, TcpControl.Syn)));
        Send(1, Echo(8, 1));
        for (var i = 0; i < 40_000; i++)
        {
            Send(2, Version4(Web, "10.0.3.9", 6, Tcp((ushort)(10_000 + i), 80, (uint)(1000 + i), 0, TcpControl.Syn)));
        }

        Pass(3, Version4(Database, Web, 6, Tcp(5432, 40000, 0, 101, TcpControl.Reset | TcpControl.Ack)), from: Side.Second);
        Send(4, Echo(8, 2));
        Later(5);

        Assert.Equal((3, 1, 2, 1, 0), Counts(Side.First));
        Assert.Equal(0, matcher.TallyOf(Side.First).Undecided);
    }

    [Fact]
    public void WhatArrivedBeforeItWasKnownToBeSentAndIsForgottenIsNotLost()
    {
        matcher = Start(new ConversationSettings { MostPending = 100 });
        for (var i = 0; i < 300; i++)
        {
            Arrive(1, Echo(8, i));
        }

        for (var i = 0; i < 50; i++)
        {
            Send(0, Echo(8, i));
        }

        Later(5);

        Assert.Equal((50, 0, 0, 0, 0), Counts(Side.First));
        Assert.Equal(50, matcher.TallyOf(Side.First).Undecided);
    }

    [Fact]
    public void AConnectionThatIsForgottenIsNotUnanswered()
    {
        matcher = Start(new ConversationSettings { MostPending = 20_000 });
        matcher.AddAddress(Side.Second, AddressKey.Of(IPAddress.Parse(Cluster)));
        for (ushort port = 1000; port < 41_000; port++)
        {
            Send(0, Version4(Web, Cluster, 6, Tcp(port, 80, port, 0, TcpControl.Syn)));
            Arrive(1, Version4(Web, Database, 6, Tcp(port, 5432, port, 0, TcpControl.Syn)));
            Send(2, Version4(Database, Web, 6, Tcp(5432, port, 0, port + 1u, TcpControl.Reset | TcpControl.Ack)), from: Side.Second);
        }

        Later(5);

        var (sent, arrived, _, answered, unanswered) = Counts(Side.First);
        Assert.Equal((40_000, 40_000, 0), (sent, arrived, unanswered));
        Assert.InRange(answered, 30_000, 40_000);
    }

    [Fact]
    public void NoBytesMakeItFailNorGrow()
    {
        byte[][] corpus =
        [
            InEthernet(Echo(8, 1)), InEthernet(Data(1000, 100)), InEthernet(Version4(Database, Web, 6, Tcp(5432, 40000, 5, 1100, TcpControl.Ack))),
            InEthernet(Version4(Web, Database, 17, Udp(40000, 53, [1, 2, 3]))), InEthernet(Version4(Gateway, Web, 1, Icmp(3, 1, 0, 0, Echo(8, 1)))),
        ];
        var time = 0L;
        Fuzzing.Run(
            corpus,
            Fuzzing.Bytes("\0\0", "\xff\xff", "E\0"),
            (input, random) =>
            {
                matcher.Add((Side)random.Next(2), Ethernet, Packet(time, input, random.Next(3) == 0 ? random.Next() : input.Length));
                told.Clear();
                time += random.Next(20);
                if (random.Next(50) == 0)
                {
                    matcher.Advance((Side)random.Next(2), time * Millisecond);
                }
            },
            TestContext.Current.SendDiagnosticMessage);
    }

    private ConversationMatcher Start(ConversationSettings settings)
    {
        var started = new ConversationMatcher(settings, Show, verdict => told.Add(Line(verdict)));
        started.AddAddress(Side.First, AddressKey.Of(IPAddress.Parse(Web)));
        started.AddAddress(Side.Second, AddressKey.Of(IPAddress.Parse(Database)));
        return started;
    }

    private static byte[] Echo(byte type, int sequence) => type == 8
        ? Version4(Web, Database, IpProtocol.Icmp, Icmp(8, 0, 7, sequence), id: (ushort)(sequence + 1))
        : Version4(Database, Web, IpProtocol.Icmp, Icmp(0, 0, 7, sequence), id: (ushort)(sequence + 1));

    private static byte[] Data(uint sequence, int length) => Version4(Web, Database, 6, Tcp(40000, 5432, sequence, 500, TcpControl.Ack, new byte[length]));

    private void Acknowledge(long at, uint number) => Pass(at, Version4(Database, Web, 6, Tcp(5432, 40000, 500, number, TcpControl.Ack)), from: Side.Second);

    /// <summary>Sent, and received a millisecond later.</summary>
    private void Pass(long at, byte[] packet, Side from = Side.First)
    {
        See(from, at, packet);
        See(1 - from, at + 1, packet);
    }

    private void Send(long at, byte[] packet, Side from = Side.First) => See(from, at, packet);

    private void Arrive(long at, byte[] packet, Side to = Side.Second) => See(to, at, packet);

    private void See(Side side, long at, byte[] packet) => matcher.Add(side, Ethernet, Packet(at, InEthernet(packet)));

    private void Later(double seconds)
    {
        matcher.Advance(Side.First, (long)(seconds * Second));
        matcher.Advance(Side.Second, (long)(seconds * Second));
    }

    private (long Sent, long Arrived, long Lost, long Answered, long Unanswered) Counts(Side from)
    {
        var tally = matcher.TallyOf(from);
        return (tally.Sent, tally.Arrived, tally.Lost, tally.Answered, tally.Unanswered);
    }

    private static Packet Packet(long at, byte[] data, int? length = null) => new(0, at * Millisecond, length ?? data.Length, data);

    private static string Line(Verdict verdict)
    {
        var fate = verdict.Fate == Fate.Arrived ? $"Arrived after {(verdict.ArrivedAt - verdict.Packet.Time) / Millisecond} ms" : $"{verdict.Fate}";
        var who = verdict.Packet.From == Side.First ? "web" : "db";
        return $"{who} {verdict.Packet.Summary.Info}: {fate}{(verdict.IsUncertain ? " perhaps" : "")}{(verdict.Packet.IsRetransmission ? " again" : "")}"
            + (verdict.Because is { } because ? $" by {Show(because.Source.Address!.Value)}: {because.Info}" : "");
    }

    // Without TCP's numbers.
    private static string Short(string line) => System.Text.RegularExpressions.Regex.Replace(line, @"\] [^:]*:", "]:");

    private static string Show(AddressKey address) => address.ToAddress().ToString() switch
    {
        Web => "web",
        Database => "db",
        var other => other,
    };
}

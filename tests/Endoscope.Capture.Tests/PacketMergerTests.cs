namespace Endoscope.Capture.Tests;

public sealed class PacketMergerTests
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    [Fact]
    public void PutsPacketsOfTwoPlacesInOrder()
    {
        var merger = new PacketMerger(Window, 1000);
        merger.Add([At(10), At(30)], Seconds(0));
        merger.Add([At(20), At(25)], Seconds(0.5));

        Assert.Equal([], Take(merger, Seconds(0.9)));
        Assert.Equal([10, 20, 25, 30], Take(merger, Seconds(1)));
        Assert.Equal(0, merger.Late);
    }

    [Fact]
    public void HoldsBackWhatCameLaterAndIsLater()
    {
        var merger = new PacketMerger(Window, 1000);
        merger.Add([At(10)], Seconds(0));
        merger.Add([At(40)], Seconds(0.5));

        Assert.Equal([10], Take(merger, Seconds(1)));
        Assert.Equal([40], Take(merger, Seconds(1.5)));
    }

    [Fact]
    public void CountsWhatComesTooLate()
    {
        var merger = new PacketMerger(Window, 1000);
        merger.Add([At(10)], Seconds(0));
        Take(merger, Seconds(1));
        merger.Add([At(5)], Seconds(2));

        Assert.Equal([5], Take(merger, Seconds(3)));
        Assert.Equal(1, merger.Late);
    }

    [Fact]
    public void HoldsBackNoMoreThanItMay()
    {
        var merger = new PacketMerger(Window, mostBytes: 25);
        merger.Add([At(30), At(20), At(10)], Seconds(0));

        Assert.Equal([10], Take(merger, Seconds(0)));
        Assert.Equal(20, merger.Bytes);
    }

    [Fact]
    public void KeepsTheOrderOfWhatHasTheSameTime()
    {
        var merger = new PacketMerger(TimeSpan.Zero, 1000);
        merger.Add([At(10) with { Interface = 1 }, At(10) with { Interface = 2 }, At(10) with { Interface = 3 }], Seconds(0));

        Assert.True(merger.TryTake(Seconds(0), out var first));
        Assert.True(merger.TryTake(out var second));
        Assert.Equal((1, 2), (first.Interface, second.Interface));
    }

    [Fact]
    public void PutsAnyOrderOfManyInterfacesRight()
    {
        var merger = new PacketMerger(TimeSpan.Zero, long.MaxValue);
        var random = new Random(3);
        var packets = Enumerable.Range(0, 10_000).Select(i => At(random.Next(2_000)) with { Interface = random.Next(8), OriginalLength = i }).ToArray();

        foreach (var together in packets.Chunk(100))
        {
            merger.Add(together, Seconds(0));
        }

        List<Packet> taken = [];
        while (merger.TryTake(out var packet))
        {
            taken.Add(packet);
        }

        Assert.Equal(packets.OrderBy(packet => packet.Time).Select(packet => packet.OriginalLength), taken.Select(packet => packet.OriginalLength));
        Assert.Equal((0, 0), (merger.Late, merger.Bytes));
    }

    private static Packet At(long time) => new(0, time, 10, new byte[10]);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static List<long> Take(PacketMerger merger, TimeSpan now)
    {
        List<long> times = [];
        while (merger.TryTake(now, out var packet))
        {
            times.Add(packet.Time);
        }

        return times;
    }
}

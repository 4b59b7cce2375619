using Endoscope.Agent.Native;
using Endoscope.Agent.Sessions;
using Endoscope.Protocol;

namespace Endoscope.Agent.Tests.Sessions;

public sealed class InputQueueTests
{
    [Fact]
    public void HoldsAWindowAndNotAByteMore()
    {
        var queue = new InputQueue();

        Assert.True(queue.TryAdd(new byte[Frame.InputWindow]));
        Assert.False(queue.TryAdd(new byte[1]));
        Assert.Equal(Frame.InputWindow, queue.Clear());
        Assert.True(queue.TryAdd(new byte[1]));
    }

    [Fact]
    public void BytesComeOutInOrderAroundTheRing()
    {
        var (read, write) = Descriptor.Pipe();
        Descriptor.SetNonBlocking(read);
        Descriptor.SetNonBlocking(write);
        var random = new Random(5);
        var queue = new InputQueue();
        // A period that does not divide the ring's size: what an earlier round left there must not look right.
        const int period = 251;
        int sent = 0, expected = 0;
        var buffer = new byte[100_000];
        for (var round = 0; round < 500; round++)
        {
            var chunk = new byte[random.Next(90_000)];
            for (var i = 0; i < chunk.Length; i++)
            {
                chunk[i] = (byte)((sent + i) % period);
            }

            if (queue.TryAdd(chunk))
            {
                sent += chunk.Length;
            }

            Assert.True(queue.WriteTo(write) >= 0);
            var got = Descriptor.Read(read, buffer);
            for (var i = 0; i < got; i++)
            {
                Assert.Equal(expected++ % period, buffer[i]);
            }
        }

        Descriptor.Close(ref read);
        Assert.Equal(-1, queue.TryAdd([1]) ? queue.WriteTo(write) : -1);
        Descriptor.Close(ref write);
    }
}

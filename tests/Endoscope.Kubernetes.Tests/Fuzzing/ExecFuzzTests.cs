using System.Buffers.Binary;
using Endoscope.Kubernetes.Exec;

namespace Endoscope.Kubernetes.Tests.Fuzzing;

[Collection(typeof(Alone))]
public sealed class ExecFuzzTests(ITestOutputHelper output)
{
    private static readonly byte[] Status = [3, .. """{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}"""u8];

    private static readonly IReadOnlyList<byte[]> Corpus =
    [
        [.. Frame(0x82, [1, .. "some output"u8]), .. Frame(0x82, [2, .. "an error"u8]), .. Frame(0x82, Status)],
        [.. Frame(0x02, [1, .. new byte[300]]), .. Frame(0x89, "ping"u8), .. Frame(0x80, new byte[70_000]), .. Frame(0x82, [255, 1]), .. Frame(0x82, Status), .. Frame(0x88, [3, 0xE8])],
        [.. Frame(0x82, [1]), .. Frame(0x8A, []), .. Frame(0x82, []), .. Frame(0x82, [3, .. "no JSON"u8])],
        [],
    ];

    private static readonly IReadOnlyList<byte[]> Words =
    [
        [0x82, 0], [0x82, 1, 1], [0x02, 2, 1, 65], [0x00, 1, 66], [0x80, 0], [0x88, 0], [0x89, 125], [0x82, 126, 1, 0], [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0],
        [0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], [0x82, 127, 127, 255, 255, 255, 255, 255, 255, 255], [0xC2, 1], [0x82, 0x81], Frame(0x82, Status),
    ];

    [Fact]
    public void AnyBytesAreASessionOrALostConnection() => Testing.Fuzzing.Run(Corpus, Words, (input, random) =>
    {
        var (read, status) = Read(input, random);

        Assert.True(read <= input.Length);
        Assert.True(status is null || status.ExitCode is not null || status.Message is not null);
    }, output.WriteLine);

    /// <summary>Reads the session to its end, in pieces of any size: how much output there was, and the status if it came to one.</summary>
    private static (long Read, ExecStatus? Status) Read(byte[] input, Random random)
    {
        var connection = new WebSocketConnection(new Pieces(input, random), TimeProvider.System);
        var session = new ExecSession(connection, halfCloses: true);
        var buffer = new byte[random.Next(1, 5000)];
        long total = 0;
        try
        {
            // Every stream is in memory, so that nothing is waited for.
            while (Now(session.Output.ReadAsync(buffer)) is > 0 and var count)
            {
                total += count;
            }

            Assert.NotNull(session.Status);
        }
        catch (ConnectionLostException)
        {
            Assert.Null(session.Status);
        }
        finally
        {
            var closing = session.DisposeAsync();
            Assert.True(closing.IsCompleted);
        }

        return (total, session.Status);
    }

    private static int Now(ValueTask<int> reading)
    {
        Assert.True(reading.IsCompleted);
        return reading.GetAwaiter().GetResult();
    }

    private static byte[] Frame(byte head, ReadOnlySpan<byte> payload)
    {
        var length = new byte[10];
        length[0] = (byte)(payload.Length < 126 ? payload.Length : payload.Length <= ushort.MaxValue ? 126 : 127);
        BinaryPrimitives.WriteUInt64BigEndian(length.AsSpan(1), (ulong)payload.Length);
        ReadOnlySpan<byte> size = length[0] switch { 126 => [126, .. length.AsSpan(7, 2)], 127 => length.AsSpan(0, 9), _ => length.AsSpan(0, 1) };
        return [head, .. size, .. payload];
    }

    /// <summary>Gives its bytes in pieces of any size and takes whatever is written.</summary>
    private sealed class Pieces(byte[] input, Random random) : MemoryStream
    {
        private int at;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Math.Min(Math.Min(random.Next(1, 2000), buffer.Length), input.Length - at);
            input.AsMemory(at, count).CopyTo(buffer);
            at += count;
            return ValueTask.FromResult(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Endoscope.Testing;

/// <summary>
/// Property tests over mutations of a corpus: no crash, no hang, no growth. A short run is part of every test run; SCOPE_FUZZ_CASES asks for
/// more cases and SCOPE_FUZZ_SEED for other ones, see bench/fuzz. A failure names the seed and the case, by which it can be had again.
/// </summary>
public static class Fuzzing
{
    private const int DefaultCases = 3_000;
    private const int LargestInput = 64 * 1024;
    private const long AllowedGrowth = 64 << 20;

    private static readonly TimeSpan LongestCase = TimeSpan.FromSeconds(30);

    /// <summary>How many cases are asked for.</summary>
    public static int Cases { get; } = Number("SCOPE_FUZZ_CASES", DefaultCases);

    /// <summary>The seed of the first case; the others count up from it.</summary>
    public static int Seed { get; } = Number("SCOPE_FUZZ_SEED", 1);

    /// <summary>Runs the cases.</summary>
    /// <param name="corpus">What is mutated.</param>
    /// <param name="words">Pieces that inputs of this kind are made of, to be inserted.</param>
    /// <param name="run">Takes an input; whatever it throws is a failure.</param>
    /// <param name="report">Told what was run.</param>
    public static void Run(IReadOnlyList<byte[]> corpus, IReadOnlyList<byte[]> words, Action<byte[], Random> run, Action<string> report)
    {
        report($"{Cases} cases from seed {Seed}");
        var clock = new Stopwatch();
        long? before = null;
        for (var i = 0; i < Cases; i++)
        {
            var seed = unchecked(Seed + i);
            var random = new Random(seed);
            var input = Mutate(corpus[random.Next(corpus.Count)], words, random);
            clock.Restart();
            try
            {
                run(input, random);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"the case of seed {seed} fails, SCOPE_FUZZ_SEED={seed} SCOPE_FUZZ_CASES=1: {e.Message}: {Show(input)}", e);
            }

            if (clock.Elapsed > LongestCase)
            {
                throw new InvalidOperationException($"the case of seed {seed} took {clock.Elapsed.TotalSeconds:0} s: {Show(input)}");
            }

            // The first thousand cases fill what is kept for good.
            before = i == 1000 ? GC.GetTotalMemory(forceFullCollection: true) : before;
        }

        var grown = before is { } start ? GC.GetTotalMemory(forceFullCollection: true) - start : 0;
        report($"memory grew by {grown / 1024} KiB");
        if (grown > AllowedGrowth)
        {
            throw new InvalidOperationException($"{Cases} cases left {grown >> 20} MiB behind");
        }
    }

    /// <summary>UTF-8 bytes of texts.</summary>
    public static IReadOnlyList<byte[]> Bytes(params IEnumerable<string> texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static byte[] Mutate(byte[] input, IReadOnlyList<byte[]> words, Random random)
    {
        var bytes = new List<byte>(input);
        for (var steps = random.Next(8); steps > 0 && bytes.Count < LargestInput; steps--)
        {
            var at = random.Next(bytes.Count + 1);
            var count = Math.Min(random.Next(1, 1 << random.Next(1, 8)), bytes.Count - at);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, count);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(at, count));
                    break;
                case 4:
                    bytes.InsertRange(at, words[random.Next(words.Count)]);
                    break;
                case 5:
                    bytes.InsertRange(at, Enumerable.Repeat(words[random.Next(words.Count)], random.Next(1, 200)).SelectMany(word => word));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes.Take(LargestInput)];
    }

    private static string Show(byte[] input) => Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4096)));

    private static int Number(string variable, int otherwise)
        => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}

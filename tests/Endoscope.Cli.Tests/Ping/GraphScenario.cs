using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

/// <summary>Runs with many destinations, the same every time.</summary>
internal static class GraphScenario
{
    private static readonly string[] Apps =
        ["checkout-service-6d9f7c5b4", "cart-5c8d9b7f6d", "payments-api-7f6c9d8b5", "frontend-84b5d7c9f", "inventory-sync-worker-9b7c6d5f4"];

    /// <summary>So many pods, pinged for so many rounds; every seventh is down, every fifth loses probes now and then.</summary>
    public static PingBoard Play(int pods, int rounds)
    {
        var board = PingScenario.NewBoard(count: 0);
        for (var i = 0; i < pods; i++)
        {
            board.Add(PingScenario.Pod($"{Apps[i % Apps.Length]}-x{i:d3}z"), $"worker-{(i % 3) + 1}.eu-west-1", AddressOf(i));
        }

        board.BeginBatch();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < pods; i++)
            {
                board.Apply(FateOf(i, round));
            }
        }

        return board;
    }

    private static PingEvent FateOf(int i, int round)
    {
        if (i % 7 == 6 || (i % 5 == 3 && round % 11 is 4 or 5))
        {
            return new PingTimeout(AddressOf(i), round, null);
        }

        var microseconds = 60 + (i * 37 % 90) + (round * 7919 % (40 + i)) + (i % 4 == 2 ? 900 : 0) + (round == 20 && i == 1 ? 45_000 : 0);
        return new PingAnswer(AddressOf(i), round, TimeSpan.FromMicroseconds(microseconds), null, 64);
    }

    private static IPAddress AddressOf(int i) => new([10, 244, (byte)(i / 250), (byte)((i % 250) + 1)]);
}

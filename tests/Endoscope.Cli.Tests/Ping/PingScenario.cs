using System.Net;
using Endoscope.Cli.Ping;

namespace Endoscope.Cli.Tests.Ping;

/// <summary>A run with one destination of every fate.</summary>
internal static class PingScenario
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_795_411_398);

    public static PingBoard NewBoard(int count) => new(new PingRun
    {
        SourcePod = "checkout-5c9f7d6b4-x2x9p",
        SourceNamespace = "shop",
        Interval = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(1),
        Count = count,
        StartedAt = Start,
    });

    /// <summary>Three rounds; each change is handed on as it happens.</summary>
    public static PingBoard Play(int count, Action<PingBoard>? started = null, Action<PingChange>? show = null)
    {
        var board = NewBoard(count);
        started?.Invoke(board);
        void Show(PingChange change) => show?.Invoke(change);
        void Say(string line) => board.Apply(FpingLine.Parse(line)!).ToList().ForEach(Show);

        Show(board.Add(Pod("web-7d5f9c-abcde"), "worker-1", IPAddress.Parse("10.244.1.5")));
        Show(board.Add(Pod("db-0"), "worker-2", IPAddress.Parse("10.244.2.7")));
        Show(board.Add(Pod("cache-0"), "worker-2", IPAddress.Parse("10.244.2.8")));
        Show(board.Add(Pod("batch-x\e[31m"), null, null, "Pending: 0/2 nodes are available\r\n"));
        Show(board.Add(new PingTarget(PingTargetKind.Node, "", "worker-1"), "worker-1", IPAddress.Parse("192.0.2.11")));
        board.BeginBatch();
        for (var i = 0; i < 3; i++)
        {
            Say($"[179541139{8 + i}.10000] 10.244.1.5 : [{i}], 64 bytes, 0.4{i} ms (0.36 avg, 0% loss)");
            Say($"[179541139{8 + i}.20000] 192.0.2.11 : [{i}], 64 bytes, 12.{i} ms (0.36 avg, 0% loss)");
            Say(i == 1
                ? "[1795411400.20000] 10.244.2.7 : [1], timed out (0.36 avg, 50% loss)"
                : $"[179541139{8 + i}.30000] 10.244.2.7 : [{i}], 64 bytes, 1.{i}2 ms (0.36 avg, 0% loss)");
            Say($"[179541139{9 + i}.40000] 10.244.2.8 : [{i}], timed out (NaN avg, 100% loss)");
        }

        Say("ICMP Host Unreachable from 10.244.0.1 for ICMP Echo sent to 10.244.2.8");
        Show(board.Remove(board.Find(Pod("web-7d5f9c-abcde"))!, "deleted"));
        board.EndBatch().ToList().ForEach(Show);
        return board;
    }

    public static PingTarget Pod(string name) => new(PingTargetKind.Pod, "shop", name);
}

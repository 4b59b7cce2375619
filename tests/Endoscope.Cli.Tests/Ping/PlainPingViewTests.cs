using Endoscope.Cli.Output;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;

namespace Endoscope.Cli.Tests.Ping;

public sealed class PlainPingViewTests
{
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter status = new() { NewLine = "\n" };

    [Fact]
    public async Task PrintsALineAnAnswerAndATable()
    {
        await ShowAsync(ColorSupport.None);

        Assert.Equal(
            """
            web-7d5f9c-abcde  10.244.1.5  seq=0 time=0.400 ms
            node/worker-1     192.0.2.11  seq=0 time=12.0 ms
            db-0              10.244.2.7  seq=0 time=1.02 ms
            cache-0           10.244.2.8  seq=0 timed out
            web-7d5f9c-abcde  10.244.1.5  seq=1 time=0.410 ms
            node/worker-1     192.0.2.11  seq=1 time=12.1 ms
            db-0              10.244.2.7  seq=1 timed out
            cache-0           10.244.2.8  seq=1 timed out
            web-7d5f9c-abcde  10.244.1.5  seq=2 time=0.420 ms
            node/worker-1     192.0.2.11  seq=2 time=12.2 ms
            db-0              10.244.2.7  seq=2 time=1.22 ms
            cache-0           10.244.2.8  seq=2 timed out
            cache-0           10.244.2.8  Host Unreachable from 10.244.0.1

            POD               ADDRESS     NODE      SENT  RECEIVED   LOSS  MIN ms  MEDIAN    P95    MAX  JITTER
            web-7d5f9c-abcde  10.244.1.5  worker-1     3         3     0%   0.400   0.410  0.419  0.420   0.010
            db-0              10.244.2.7  worker-2     3         2  33.3%    1.02    1.12   1.21   1.22   0.200
            cache-0           10.244.2.8  worker-2     3         0   100%       -       -      -      -       -
            batch-x\x1b[31m   -           -            0         0      -       -       -      -      -       -
            node/worker-1     192.0.2.11  worker-1     3         3     0%    12.0    12.1   12.2   12.2   0.100
            web-7d5f9c-abcde: gone: deleted
            db-0: lost 1 probe
            cache-0: unreachable: Host Unreachable from 10.244.0.1
            batch-x\x1b[31m: no address: Pending: 0/2 nodes are available\r\n
            2 of 5 destinations answered every probe, 1 lost some, 2 unreachable

            """,
            output.ToString());
        Assert.Equal(
            """
            scope: batch-x\x1b[31m is not pinged: no address: Pending: 0/2 nodes are available\r\n
            scope: web-7d5f9c-abcde is gone: deleted

            """,
            status.ToString());
    }

    [Fact]
    public async Task ShowsLossesInRedOnATerminal()
    {
        await ShowAsync(ColorSupport.Sixteen);

        Assert.Contains("\e[31mdb-0              10.244.2.7  seq=1 timed out\e[0m\n", output.ToString(), StringComparison.Ordinal);
    }

    private async Task ShowAsync(ColorSupport colors)
    {
        PlainPingView? view = null;
        PingScenario.Play(3, board => view = new PlainPingView(board, output, status, () => null, colors), change => view!.Show(change));
        await view!.FinishAsync(TestContext.Current.CancellationToken);
        await view.DisposeAsync();
    }
}

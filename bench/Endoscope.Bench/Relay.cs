using System.Net;
using System.Net.Sockets;

namespace Endoscope.Bench;

/// <summary>Passes connections on to a server and counts the bytes that come back: what a client costs on the server's wire.</summary>
internal static class Relay
{
    /// <summary>Prints its port, relays until its standard input ends, then prints how many bytes the server has sent.</summary>
    public static async Task<int> RunAsync(string host, int port)
    {
        using var end = new CancellationTokenSource();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await SayAsync($"{((IPEndPoint)listener.LocalEndpoint).Port}");
        var count = new Count();
        var accepting = AcceptAsync(listener, host, port, count, end.Token);
        using (var input = Console.OpenStandardInput())
        {
            await input.CopyToAsync(Stream.Null);
        }

        await end.CancelAsync();
        await accepting;
        await SayAsync($"{count.Bytes}");
        return 0;
    }

    private static async Task AcceptAsync(TcpListener listener, string host, int port, Count count, CancellationToken end)
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptSocketAsync(end), host, port, count, end);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private static async Task PassAsync(Socket near, string host, int port, Count count, CancellationToken end)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        using (near)
        {
            try
            {
                await far.ConnectAsync(host, port, end);
                await Task.WhenAll(CopyAsync(near, far, null, end), CopyAsync(far, near, count, end));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // One of the two has gone, which the other one hears.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, Count? count, CancellationToken end)
    {
        var buffer = new byte[256 * 1024];
        while (await from.ReceiveAsync(buffer, end) is > 0 and var got)
        {
            count?.Add(got);
            await to.SendAsync(buffer.AsMemory(0, got), end);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private static async Task SayAsync(string line)
    {
        using var output = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(1, ownsHandle: false), FileAccess.Write);
        await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
    }

    private sealed class Count
    {
        private long bytes;

        public long Bytes => Interlocked.Read(ref bytes);

        public void Add(int more) => Interlocked.Add(ref bytes, more);
    }
}

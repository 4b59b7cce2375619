using System.Net;
using System.Net.Sockets;

namespace Endoscope.Kubernetes.Tests.Security;

/// <summary>A proxy that opens any tunnel it is asked for.</summary>
internal sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    public TestProxy()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public EndPoint Address => listener.LocalEndpoint;

    /// <summary>The lines of the first request.</summary>
    public IReadOnlyList<string> FirstRequest { get; private set; } = [];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var tunnels = new List<Task>();
        try
        {
            while (true)
            {
                tunnels.Add(TunnelAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(tunnels);
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            var stream = near.GetStream();
            var lines = await ReadHeadAsync(stream);
            FirstRequest = FirstRequest.Count > 0 ? FirstRequest : lines;
            await far.ConnectAsync(IPEndPoint.Parse(lines[0].Split(' ')[1]), stop.Token);
            await stream.WriteAsync("HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"u8.ToArray(), stop.Token);
            await Task.WhenAny(stream.CopyToAsync(far.GetStream(), stop.Token), far.GetStream().CopyToAsync(stream, stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // Either end has gone; so does the tunnel.
        }
    }

    private static async Task<List<string>> ReadHeadAsync(Stream stream)
    {
        var text = "";
        var one = new byte[1];
        while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            text += (char)one[0];
        }

        return [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)];
    }
}

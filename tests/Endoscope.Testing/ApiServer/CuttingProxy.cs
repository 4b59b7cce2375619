using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Endoscope.Testing.ApiServer;

/// <summary>What happens to a connection.</summary>
public enum Fault
{
    /// <summary>It is closed in an orderly way, in the middle of whatever it carries.</summary>
    Drop,

    /// <summary>It is reset.</summary>
    Reset,

    /// <summary>It stays open, takes everything and passes nothing on.</summary>
    BlackHole,

    /// <summary>It passes everything on in small pieces, with pauses.</summary>
    Slow,
}

/// <summary>Stands between a client and a server and spoils their connections when told to. New connections are good again.</summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint server;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<int, Connection> connections = new();
    private readonly Task accepting;

    /// <param name="server">Where the connections lead.</param>
    public CuttingProxy(IPEndPoint server)
    {
        this.server = server;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where the proxy listens.</summary>
    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>What is to happen to the next connection as soon as it is there; null for nothing. Only the first is spoiled.</summary>
    public Fault? AtConnect { get; set; }

    /// <summary>What is to happen to the next connection when its client has said something; null for nothing. Only the first is spoiled.</summary>
    public Fault? AtFirstBytes { get; set; }

    /// <summary>Spoils every connection that there is.</summary>
    public void Break(Fault fault)
    {
        foreach (var connection in connections.Values)
        {
            connection.Break(fault);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            for (var id = 0; ; id++)
            {
                open.Add(PassAsync(id, await listener.AcceptSocketAsync(stop.Token)));
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or InvalidOperationException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task PassAsync(int id, Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var connection = new Connection(near, far);
        connections[id] = connection;
        try
        {
            if (AtConnect is { } atOnce)
            {
                AtConnect = null;
                connection.Break(atOnce);
            }

            await far.ConnectAsync(server, stop.Token);
            await Task.WhenAny(CopyAsync(connection, near, far, isRequest: true), CopyAsync(connection, far, near, isRequest: false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Either end has gone, by itself or by our doing.
        }
        finally
        {
            connections.TryRemove(id, out _);
        }
    }

    private async Task CopyAsync(Connection connection, Socket from, Socket to, bool isRequest)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, stop.Token) is > 0 and var count)
        {
            if (isRequest && AtFirstBytes is { } fault)
            {
                AtFirstBytes = null;
                connection.Break(fault);
            }

            for (var sent = 0; sent < count && connection.Fault != Fault.BlackHole;)
            {
                var slow = connection.Fault == Fault.Slow;
                sent += await to.SendAsync(buffer.AsMemory(sent, slow ? Math.Min(256, count - sent) : count - sent), stop.Token);
                if (slow)
                {
                    await Task.Delay(Pause, stop.Token);
                }
            }
        }
    }

    private sealed class Connection(Socket near, Socket far) : IDisposable
    {
        public Fault? Fault { get; private set; }

        public void Break(Fault fault)
        {
            Fault = fault;
            if (fault is ApiServer.Fault.Drop or ApiServer.Fault.Reset)
            {
                if (fault == ApiServer.Fault.Reset)
                {
                    near.LingerState = new LingerOption(true, 0);
                }

                near.Close();
                far.Close();
            }
        }

        public void Dispose() => near.Dispose();
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Endoscope.Testing.ApiServer;

/// <summary>A proxy that opens any tunnel it is asked for, by HTTP CONNECT or by SOCKS5, and notes which. Names lead to this machine.</summary>
public sealed class TestProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<string> tunnels = new();
    private readonly X509Certificate2? certificate;
    private readonly Task accepting;

    /// <param name="certificate">What the proxy shows where it speaks TLS; null for none.</param>
    public TestProxy(X509Certificate2? certificate = null)
    {
        this.certificate = certificate;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Where the proxy listens.</summary>
    public EndPoint Address => listener.LocalEndpoint;

    /// <summary>The lines of the first HTTP request.</summary>
    public IReadOnlyList<string> FirstRequest { get; private set; } = [];

    /// <summary>What was asked for, such as <c>socks5 jane:secret host:443</c>.</summary>
    public IReadOnlyList<string> Tunnels => [.. tunnels];

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
            while (true)
            {
                open.Add(TunnelAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or InvalidOperationException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task TunnelAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            Stream stream = near.GetStream();
            if (certificate is not null)
            {
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(certificate);
                stream = tls;
            }

            var first = new byte[1];
            await stream.ReadExactlyAsync(first, stop.Token);
            var target = first[0] == 5 ? await SocksAsync(stream) : await ConnectAsync(stream, (char)first[0]);
            var colon = target.LastIndexOf(':');
            var host = IPAddress.TryParse(target[..colon], out var address) ? address : IPAddress.Loopback;
            await far.ConnectAsync(host, int.Parse(target[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture), stop.Token);
            await stream.WriteAsync(first[0] == 5 ? [5, 0, 0, 1, 0, 0, 0, 0, 0, 0] : "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"u8.ToArray(), stop.Token);
            await Task.WhenAny(stream.CopyToAsync(far.GetStream(), stop.Token), far.GetStream().CopyToAsync(stream, stop.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // Either end has gone; so does the tunnel.
        }
    }

    private async Task<string> ConnectAsync(Stream stream, char first)
    {
        var text = first.ToString();
        var one = new byte[1];
        while (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            text += (char)one[0];
        }

        IReadOnlyList<string> lines = [.. text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)];
        FirstRequest = FirstRequest.Count > 0 ? FirstRequest : lines;
        var target = lines[0].Split(' ')[1];
        tunnels.Enqueue($"http {target}");
        return target;
    }

    private async Task<string> SocksAsync(Stream stream)
    {
        var methods = await ReadAsync(stream, (await ReadAsync(stream, 1))[0]);
        var user = "";
        if (methods.Contains((byte)2))
        {
            await stream.WriteAsync(new byte[] { 5, 2 }, stop.Token);
            await ReadAsync(stream, 1);
            user = await ReadTextAsync(stream) + ":" + await ReadTextAsync(stream) + " ";
            await stream.WriteAsync(new byte[] { 1, 0 }, stop.Token);
        }
        else
        {
            await stream.WriteAsync(new byte[] { 5, 0 }, stop.Token);
        }

        var request = await ReadAsync(stream, 4);
        var host = request[3] == 3 ? await ReadTextAsync(stream) : new IPAddress(await ReadAsync(stream, request[3] == 1 ? 4 : 16)).ToString();
        var target = $"{host}:{BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(stream, 2))}";
        tunnels.Enqueue($"socks5 {user}{target}");
        return target;
    }

    private async Task<string> ReadTextAsync(Stream stream) => Encoding.UTF8.GetString(await ReadAsync(stream, (await ReadAsync(stream, 1))[0]));

    private async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, stop.Token);
        return bytes;
    }
}

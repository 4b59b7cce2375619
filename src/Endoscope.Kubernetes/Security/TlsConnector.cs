using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Endoscope.Kubernetes.Security;

/// <summary>Opens the connections that carry everything, REST and exec alike: TCP, the tunnel through a proxy, TLS.</summary>
/// <param name="server">The server to reach.</param>
/// <param name="proxy">The proxy on the way, if there is one.</param>
/// <param name="trust">How the server is known; null for plain HTTP.</param>
/// <param name="proxyTrust">How the proxy is known; null where it speaks no TLS.</param>
/// <param name="clientCertificate">What the server is shown.</param>
internal sealed class TlsConnector(Uri server, Uri? proxy, ServerTrust? trust, ServerTrust? proxyTrust, SslStreamCertificateContext? clientCertificate)
{
    // Less than the 30 s after which a silent peer has to be known for gone.
    private const int UnacknowledgedMilliseconds = 25_000;

    /// <summary>A stream to the server. Over TLS nothing has been sent on it but the handshake, and the server's certificate has been verified.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var stream = await ConnectTcpAsync(proxy ?? server, cancellationToken);
        try
        {
            if (proxy is not null)
            {
                stream = proxyTrust is null ? stream : await HandshakeAsync(stream, proxyTrust, null, proxy.Authority, cancellationToken);
                stream = await TunnelAsync(stream, proxy, cancellationToken);
            }

            return trust is null ? stream : await HandshakeAsync(stream, trust, clientCertificate, server.Authority, cancellationToken);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private async Task<Stream> TunnelAsync(Stream stream, Uri through, CancellationToken cancellationToken)
    {
        try
        {
            return through.Scheme == "socks5"
                ? await SocksTunnel.OpenAsync(stream, through, server, cancellationToken)
                : await ProxyTunnel.OpenAsync(stream, through, server, cancellationToken);
        }
        catch (IOException e)
        {
            throw new ClusterException($"the proxy {through.Authority} closed the connection instead of opening one to {server.Authority}", inner: e);
        }
    }

    private static async Task<Stream> ConnectTcpAsync(Uri to, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // A watch may say nothing for minutes; the kernel's probes tell a quiet server from a vanished one.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            LimitUnacknowledgedTime(socket);
            await socket.ConnectAsync(to.IdnHost.Trim('[', ']'), to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ClusterException(
                $"cannot reach {to.Authority}: {e.Message}", "is that the right cluster, and the network to it up (VPN, proxy)? --context and --kubeconfig choose another", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The probes are for idle connections; one with data on the way would be given up only after a quarter of an hour.</summary>
    private static void LimitUnacknowledgedTime(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            const int Tcp = 6;
            const int UserTimeout = 18;
            socket.SetRawSocketOption(Tcp, UserTimeout, BitConverter.GetBytes(UnacknowledgedMilliseconds));
        }
    }

    private static async Task<Stream> HandshakeAsync(
        Stream stream, ServerTrust trust, SslStreamCertificateContext? certificate, string authority, CancellationToken cancellationToken)
    {
        string? problem = null;
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(trust.HandshakeOptions(certificate, found => problem = found), cancellationToken);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw problem is null
                ? new ClusterException($"no TLS connection to {authority}: {(e.InnerException ?? e).Message}", inner: e)
                : new ClusterException($"{authority} is not trusted: {problem}", inner: e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}

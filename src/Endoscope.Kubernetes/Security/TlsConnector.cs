using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Endoscope.Kubernetes.Security;

/// <summary>Opens the connections that carry everything, REST and exec alike: TCP, the tunnel through a proxy, TLS.</summary>
internal sealed class TlsConnector(Uri server, Uri? proxy, ServerTrust? trust, SslStreamCertificateContext? clientCertificate)
{
    /// <summary>A stream to the server. Over TLS nothing has been sent on it but the handshake, and the server's certificate has been verified.</summary>
    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var stream = await ConnectTcpAsync(proxy ?? server, cancellationToken);
        try
        {
            if (proxy is not null)
            {
                stream = await ProxyTunnel.OpenAsync(stream, proxy, server, cancellationToken);
            }

            return trust is null ? stream : await HandshakeAsync(stream, trust, cancellationToken);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
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
            await socket.ConnectAsync(to.IdnHost.Trim('[', ']'), to.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ClusterException($"cannot reach {to.Authority}: {e.Message}", inner: e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> HandshakeAsync(Stream stream, ServerTrust trust, CancellationToken cancellationToken)
    {
        string? problem = null;
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(trust.HandshakeOptions(clientCertificate, found => problem = found), cancellationToken);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync();
            throw problem is null
                ? new ClusterException($"no TLS connection to {server.Authority}: {(e.InnerException ?? e).Message}", inner: e)
                : new ClusterException($"{server.Authority} is not trusted: {problem}", inner: e);
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}

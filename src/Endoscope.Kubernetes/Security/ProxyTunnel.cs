using System.Globalization;
using System.Text;

namespace Endoscope.Kubernetes.Security;

/// <summary>The HTTP CONNECT request that turns a connection to a proxy into one to the server behind it.</summary>
internal static class ProxyTunnel
{
    private const int MaxReply = 16 * 1024;

    /// <param name="stream">An open connection to the proxy, over TLS where it speaks that.</param>
    /// <param name="proxy">Its address, with credentials if the proxy wants them.</param>
    public static async Task<Stream> OpenAsync(Stream stream, Uri proxy, Uri server, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(proxy, server)), cancellationToken);
        var status = (await ReadReplyAsync(stream, proxy, cancellationToken)).Split("\r\n", 2)[0];
        return status.Split(' ') is [_, ['2', _, _], ..]
            ? stream
            : throw new ClusterException($"the proxy {proxy.Authority} refuses a connection to {server.Authority}: {status}");
    }

    private static string Request(Uri proxy, Uri server)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"{server.IdnHost}:{server.Port}");
        var credentials = proxy.UserInfo.Length == 0
            ? ""
            : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(proxy.UserInfo)))}\r\n";
        return $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{credentials}\r\n";
    }

    /// <summary>Reads byte by byte: whatever follows the reply belongs to the server behind the proxy.</summary>
    private static async Task<string> ReadReplyAsync(Stream stream, Uri proxy, CancellationToken cancellationToken)
    {
        var reply = new StringBuilder();
        var one = new byte[1];
        while (reply.Length < MaxReply && await stream.ReadAsync(one, cancellationToken) == 1)
        {
            reply.Append((char)one[0]);
            if (one[0] == '\n' && reply.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return reply.ToString();
            }
        }

        throw new ClusterException($"the proxy {proxy.Authority} gave no HTTP reply");
    }
}

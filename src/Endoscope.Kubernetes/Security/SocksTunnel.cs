using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Endoscope.Kubernetes.Security;

/// <summary>
/// The request that turns a connection to a SOCKS5 proxy into one to the server behind it (RFC 1928), with a user name and password if
/// the proxy's address has them (RFC 1929). Names are resolved by the proxy.
/// </summary>
internal static class SocksTunnel
{
    private const byte Version = 5;
    private const byte NoAuthentication = 0;
    private const byte UserAndPassword = 2;
    private const byte Connect = 1;
    private const byte IPv4 = 1;
    private const byte Name = 3;
    private const byte IPv6 = 4;

    public static async Task<Stream> OpenAsync(Stream stream, Uri proxy, Uri server, CancellationToken cancellationToken)
    {
        var hasUser = proxy.UserInfo.Length > 0;
        await stream.WriteAsync(hasUser ? new byte[] { Version, 2, NoAuthentication, UserAndPassword } : [Version, 1, NoAuthentication], cancellationToken);
        var choice = await ReadAsync(stream, 2, cancellationToken);
        if (choice[0] != Version)
        {
            throw new ClusterException($"the proxy {proxy.Authority} does not speak SOCKS5");
        }

        if (choice[1] == UserAndPassword && hasUser)
        {
            await stream.WriteAsync(Credentials(proxy), cancellationToken);
            choice = await ReadAsync(stream, 2, cancellationToken);
            choice[1] = choice[1] == 0 ? NoAuthentication : byte.MaxValue;
        }

        if (choice[1] != NoAuthentication)
        {
            throw new ClusterException($"the proxy {proxy.Authority} does not let us in", hint: "its address takes a user and a password: socks5://USER:PASSWORD@HOST:PORT");
        }

        await stream.WriteAsync(Request(server), cancellationToken);
        var reply = await ReadAsync(stream, 4, cancellationToken);
        if (reply[1] != 0)
        {
            throw new ClusterException($"the proxy {proxy.Authority} refuses a connection to {server.Authority}: {Describe(reply[1])}");
        }

        // The address that the proxy uses, which nobody needs, and its port.
        var length = reply[3] switch { IPv4 => 4, IPv6 => 16, _ => (await ReadAsync(stream, 1, cancellationToken))[0] };
        await ReadAsync(stream, length + 2, cancellationToken);
        return stream;
    }

    private static byte[] Request(Uri server)
    {
        var host = server.IdnHost.Trim('[', ']');
        byte[] address = IPAddress.TryParse(host, out var ip)
            ? [ip.GetAddressBytes().Length == 4 ? IPv4 : IPv6, .. ip.GetAddressBytes()]
            : [Name, (byte)host.Length, .. Encoding.ASCII.GetBytes(host)];
        var port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)server.Port);
        return [Version, Connect, 0, .. address, .. port];
    }

    private static byte[] Credentials(Uri proxy)
    {
        var parts = proxy.UserInfo.Split(':', 2).Select(part => Encoding.UTF8.GetBytes(Uri.UnescapeDataString(part))).ToArray();
        var (user, password) = (parts[0], parts.Length > 1 ? parts[1] : []);
        return user.Length <= byte.MaxValue && password.Length <= byte.MaxValue
            ? [1, (byte)user.Length, .. user, (byte)password.Length, .. password]
            : throw new ClusterException($"the user name or password for the proxy {proxy.Authority} is longer than 255 bytes");
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private static string Describe(byte reply) => reply switch
    {
        2 => "not allowed by its rules",
        3 => "network unreachable",
        4 => "host unreachable",
        5 => "connection refused",
        _ => $"SOCKS reply {reply}",
    };
}

using System.Globalization;
using System.Net;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>
/// Chooses the proxy on the way to a server: the kubeconfig's, else the environment's, read as Go programs do
/// (golang.org/x/net/http/httpproxy), since kubectl is one. Pure.
/// </summary>
internal static class ProxyChoice
{
    /// <summary>The proxy's address, or null where there is none on the way.</summary>
    /// <exception cref="ClusterException">What was given is not the address of a proxy.</exception>
    public static Uri? Choose(ClusterEntry cluster, Uri server, Func<string, string?> variable)
    {
        if (cluster.ProxyUrl is { } text)
        {
            return Parse(text) ?? throw new ClusterException($"{cluster.Place}: proxy-url must be an http, https or socks5 address, not '{text}'");
        }

        var name = server.Scheme == "https" ? "HTTPS_PROXY" : "HTTP_PROXY";
        if (Either(variable, name) is not { } given || IsExempt(server, Either(variable, "NO_PROXY") ?? ""))
        {
            return null;
        }

        return Parse(given.Contains("://", StringComparison.Ordinal) ? given : "http://" + given)
            ?? throw new ClusterException($"{name} must be an http, https or socks5 address, not '{given}'");
    }

    /// <summary>Whether a server is reached without the environment's proxy.</summary>
    /// <param name="list">The value of NO_PROXY: addresses, networks, names and domains, each with a port if need be; <c>*</c> for all.</param>
    public static bool IsExempt(Uri server, string list)
    {
        var host = server.IdnHost.Trim('[', ']').ToLowerInvariant();
        var isAddress = IPAddress.TryParse(host, out var address);
        if (host == "localhost" || (isAddress && IPAddress.IsLoopback(address!)))
        {
            return true;
        }

        return list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Any(item => item == "*" || Matches(item.ToLowerInvariant(), host, address, server.Port));
    }

    private static bool Matches(string item, string host, IPAddress? address, int port)
    {
        if (item.Contains('/', StringComparison.Ordinal) && TryNetwork(item, out var network))
        {
            return address is not null && network.Contains(address);
        }

        var (name, itemPort) = SplitPort(item);
        if (itemPort is not null && itemPort != port.ToString(CultureInfo.InvariantCulture))
        {
            return false;
        }

        if (IPAddress.TryParse(name, out var exact))
        {
            return exact.Equals(address);
        }

        // "example.org" means the domain and what is below it, ".example.org" and "*.example.org" only what is below.
        var domain = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
        return domain.Length > 0 && (domain[0] == '.'
            ? host.EndsWith(domain, StringComparison.Ordinal)
            : host == domain || host.EndsWith("." + domain, StringComparison.Ordinal));
    }

    // IPNetwork wants the bits of the host to be zero; Go drops them.
    private static bool TryNetwork(string text, out IPNetwork network)
    {
        network = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(text[..slash], out var address)
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return false;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
        {
            return false;
        }

        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        network = new IPNetwork(new IPAddress(bytes), length);
        return true;
    }

    private static (string Name, string? Port) SplitPort(string item)
    {
        if (item.StartsWith('['))
        {
            var end = item.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? (item, null) : (item[1..end], item[(end + 1)..] is [':', .. var port] ? port : null);
        }

        var colon = item.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || item.IndexOf(':', colon + 1) >= 0 ? (item, null) : (item[..colon], item[(colon + 1)..]);
    }

    private static Uri? Parse(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5" && proxy.Host.Length > 0 ? proxy : null;

    private static string? Either(Func<string, string?> variable, string name)
        => variable(name) is { Length: > 0 } upper ? upper : variable(name.ToLowerInvariant()) is { Length: > 0 } lower ? lower : null;
}

using System.Net;
using System.Security.Cryptography;
using System.Text;
using Endoscope.Kubernetes.Rest;

namespace Endoscope.Kubernetes.Exec;

/// <summary>
/// Turns an HTTP request into an exec session. Made by hand rather than with ClientWebSocket, which hides the body of a refusal, and so
/// the reason; and over the connections of <see cref="ApiTransport"/>, an idle one of which it takes over.
/// </summary>
internal static class ExecUpgrade
{
    private const string V5 = "v5.channel.k8s.io";
    private const string V4 = "v4.channel.k8s.io";

    public static async Task<ExecSession> OpenAsync(
        ApiTransport transport, string ns, string pod, string container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = await transport.SendAsync(Request(ns, pod, container, command, key), cancellationToken);
        try
        {
            var protocol = CheckAnswer(response, key, transport.Authority);
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return new ExecSession(new WebSocketConnection(stream, transport.Time), halfCloses: protocol == V5);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>The request, as it goes to the server. Pure.</summary>
    public static ApiRequest Request(string ns, string pod, string container, IReadOnlyList<string> command, string key) => new()
    {
        Method = HttpMethod.Get,
        Verb = "create",
        Namespace = ObjectName.Label(ns, "namespace"),
        Resource = "pods",
        Name = ObjectName.Subdomain(pod, "pod"),
        Subresource = "exec",

        // An older server refuses an upgrade for which only JSON is acceptable (406).
        Accept = "*/*",
        Query =
        [
            new("container", ObjectName.Label(container, "container")),
            .. command.Select(argument => KeyValuePair.Create("command", (string?)argument)),
            new("stdin", "true"),
            new("stdout", "true"),
            new("stderr", "true"),
        ],
        Upgrade =
        [
            new("Connection", "Upgrade"),
            new("Upgrade", "websocket"),
            new("Sec-WebSocket-Version", "13"),
            new("Sec-WebSocket-Key", key),
            new("Sec-WebSocket-Protocol", $"{V5}, {V4}"),
        ],
    };

    private static string CheckAnswer(HttpResponseMessage response, string key, string authority)
    {
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            throw new ClusterException($"{authority} does not speak WebSockets for exec (it answered {(int)response.StatusCode})");
        }

        if (Header(response, "Sec-WebSocket-Accept") != AcceptFor(key))
        {
            throw new ClusterException($"{authority} answered the WebSocket request wrongly; a proxy on the way may not support WebSockets");
        }

        return Header(response, "Sec-WebSocket-Protocol") is { } protocol and (V5 or V4)
            ? protocol
            : throw new ClusterException($"{authority} speaks neither {V5} nor {V4}; it is too old, or a proxy on the way removed the offer");
    }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1 here; it proves that the peer understood, not who it is.
    private static string AcceptFor(string key)
        => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    private static string? Header(HttpResponseMessage response, string name)
        => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Endoscope.Testing.ApiServer;

/// <summary>The server's half of a WebSocket upgrade, over a stream that a test can shut.</summary>
internal static class ServerHandshake
{
    public static IReadOnlyList<string> OfferedProtocols(HttpContext context)
        => [.. context.Request.Headers.SecWebSocketProtocol.ToString().Split(',', StringSplitOptions.TrimEntries)];

    public static async Task<(WebSocket Socket, GateStream Gate)> AcceptAsync(HttpContext context, string protocol)
    {
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        headers.SecWebSocketProtocol = protocol;
        headers.SecWebSocketAccept = AcceptFor(context.Request.Headers.SecWebSocketKey.ToString());
        var gate = new GateStream(await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
        return (WebSocket.CreateFromStream(gate, new WebSocketCreationOptions { IsServer = true, SubProtocol = protocol }), gate);
    }

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1.
    private static string AcceptFor(string key)
        => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}

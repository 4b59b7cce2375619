using System.Text;

namespace Endoscope.Testing.ApiServer;

/// <summary>A request as it reached the server.</summary>
/// <param name="Target">Path and query, undecoded.</param>
/// <param name="Headers">A header that came several times has its values on lines of their own.</param>
/// <param name="ClientCertificate">The subject of the certificate that the client showed.</param>
/// <param name="ConnectionId">Which connection it came on.</param>
public sealed record RecordedRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, string? ClientCertificate, string ConnectionId)
{
    /// <summary>The path alone.</summary>
    public string Path => Target.Split('?')[0];

    /// <summary>The body as text.</summary>
    public string BodyText => Encoding.UTF8.GetString(Body);

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>An answer that a test wants given instead of the usual one.</summary>
/// <param name="Headers">More headers, such as Retry-After.</param>
public sealed record ScriptedAnswer(int Status, string Body, params IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>A failure in the API's own form.</summary>
    public static ScriptedAnswer Failure(int status, string reason, string message, params IReadOnlyList<(string Name, string Value)> headers)
        => new(
            status,
            $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":{{Quoted(message)}},"reason":{{Quoted(reason)}},"code":{{status}}}""",
            headers);

    private static string Quoted(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";
}

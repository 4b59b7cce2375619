using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Endoscope.Kubernetes.Rest;

/// <summary>Turns a refusal into an exception that says what was refused and what can be done. Pure.</summary>
internal static class ApiErrors
{
    private const int MaxPlainMessage = 300;

    public static ApiStatusException From(HttpStatusCode code, byte[] body, ApiRequest request)
    {
        var (message, reason) = ParseStatus(body);
        return code switch
        {
            HttpStatusCode.Forbidden => Forbidden(message, reason, request),
            HttpStatusCode.Unauthorized => new ApiStatusException(
                code, reason, $"the server does not accept our credentials: {message ?? "Unauthorized"}",
                hint: "they may have expired: try kubectl get pods, or log in again"),
            _ => new ApiStatusException(code, reason, message ?? Describe(code, request)),
        };
    }

    /// <summary>The message and the reason of a Status object, or the beginning of whatever else was sent.</summary>
    private static (string? Message, string? Reason) ParseStatus(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root)
            {
                return (Text(root, "message"), Text(root, "reason"));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A proxy on the way, or a very old server, answers in plain text.
        }

        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxPlainMessage))).Trim();
        return (text.Length > 0 && text[0] != '<' ? text.ReplaceLineEndings(" ") : null, null);
    }

    private static ApiStatusException Forbidden(string? message, string? reason, ApiRequest request)
    {
        // Admission refuses with 403 as well; then no permission is missing, and the message says which rule was broken.
        var denied = ParseDenial(message);
        if (denied is null && message is not null && (IsAdmission(message) || (request.Subresource is null or "ephemeralcontainers" && request.Verb is "create" or "update" or "patch")))
        {
            return new ApiStatusException(HttpStatusCode.Forbidden, reason, message!);
        }

        var (verb, resource) = denied ?? (request.Verb, request.FullResource);
        var where = request.Namespace is null ? "" : $" -n {request.Namespace}";
        var what = $"{verb} {resource}";
        var text = message is null || denied is null ? $"not allowed to {what}{where}: {message ?? "Forbidden"}" : message;
        return new ApiStatusException(HttpStatusCode.Forbidden, reason, text, hint: $"the permission '{what}' is missing: kubectl auth can-i {what}{where}");
    }

    private static bool IsAdmission(string message) =>
        message.Contains("ValidatingAdmissionPolicy", StringComparison.Ordinal) || message.Contains("admission webhook", StringComparison.Ordinal);

    /// <summary>Finds verb and resource in <c>… cannot VERB resource "RESOURCE" …</c>.</summary>
    private static (string Verb, string Resource)? ParseDenial(string? message)
    {
        const string Cannot = " cannot ";
        const string Resource = " resource \"";
        if (message is null || message.IndexOf(Cannot, StringComparison.Ordinal) is not (>= 0 and var at))
        {
            return null;
        }

        var rest = message[(at + Cannot.Length)..];
        var end = rest.IndexOf(Resource, StringComparison.Ordinal);
        var close = end < 0 ? -1 : rest.IndexOf('"', end + Resource.Length);
        var verb = end < 0 ? "" : rest[..end];
        return close < 0 || verb.Length == 0 || !verb.All(char.IsAsciiLetterLower)
            ? null
            : (verb, rest[(end + Resource.Length)..close]);
    }

    private static string Describe(HttpStatusCode code, ApiRequest request)
        => string.Create(CultureInfo.InvariantCulture, $"the server answered {(int)code} {code} to {request.Verb} {request.FullResource}");

    private static string? Text(JsonElement parent, string name)
        => parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text ? text : null;
}

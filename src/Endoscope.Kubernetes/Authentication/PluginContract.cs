using System.Globalization;
using System.Text;
using System.Text.Json;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Authentication;

/// <summary>The JSON that goes to a credential plugin and comes back. Pure, but for the authority's file.</summary>
internal static class PluginContract
{
    private const string Group = "client.authentication.k8s.io/";

    public static void CheckVersion(ExecPluginEntry entry)
    {
        if (entry.ApiVersion is not (Group + "v1" or Group + "v1beta1"))
        {
            throw new ClusterException(
                $"{entry.Place}: the credential plugin speaks {entry.ApiVersion}; only {Group}v1 and {Group}v1beta1 are understood");
        }
    }

    public static string FormatRequest(ExecPluginEntry entry, ConnectionPlan plan, bool interactive)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "ExecCredential");
            json.WriteString("apiVersion", entry.ApiVersion);
            json.WriteStartObject("spec");
            if (entry.ProvideClusterInfo)
            {
                WriteCluster(json, plan);
            }

            json.WriteBoolean("interactive", interactive);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static PluginCredential ParseResult(byte[] output, ExecPluginEntry entry)
    {
        try
        {
            using var document = JsonDocument.Parse(output);
            var root = document.RootElement;
            var version = Text(root, "apiVersion");
            if (Text(root, "kind") != "ExecCredential" || version != entry.ApiVersion)
            {
                throw Wrong(entry, $"an object of kind {Text(root, "kind")}, version {version}, not an ExecCredential of {entry.ApiVersion}");
            }

            return root.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.Object
                ? ReadStatus(status, entry)
                : throw Wrong(entry, "no status");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Wrong(entry, $"something that is not JSON ({e.Message})");
        }
    }

    private static PluginCredential ReadStatus(JsonElement status, ExecPluginEntry entry)
    {
        var token = Text(status, "token");
        var certificate = Text(status, "clientCertificateData");
        var key = Text(status, "clientKeyData");
        if (token is null && certificate is null)
        {
            throw Wrong(entry, "neither a token nor a client certificate");
        }

        if (certificate is null != key is null)
        {
            throw Wrong(entry, "only one of client certificate and key");
        }

        return new PluginCredential(token, certificate, key, Expiry(status, entry));
    }

    private static DateTimeOffset? Expiry(JsonElement status, ExecPluginEntry entry)
    {
        if (Text(status, "expirationTimestamp") is not { } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Wrong(entry, $"an expirationTimestamp that is no time: '{text}'");
    }

    private static void WriteCluster(Utf8JsonWriter json, ConnectionPlan plan)
    {
        var cluster = plan.Cluster;
        json.WriteStartObject("cluster");
        json.WriteString("server", plan.Server.OriginalString);
        if (cluster.TlsServerName is { } name)
        {
            json.WriteString("tls-server-name", name);
        }

        if (cluster.SkipTlsVerify)
        {
            json.WriteBoolean("insecure-skip-tls-verify", true);
        }

        if (cluster.Authority is { } authority)
        {
            json.WriteBase64String("certificate-authority-data", Encoding.Latin1.GetBytes(authority.Read()));
        }

        if (cluster.ProxyUrl is { } proxy)
        {
            json.WriteString("proxy-url", proxy);
        }

        json.WritePropertyName("config");
        json.WriteRawValue(cluster.PluginConfig ?? "null");
        json.WriteEndObject();
    }

    private static string? Text(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static ClusterException Wrong(ExecPluginEntry entry, string what)
        => new($"{entry.Place}: the credential plugin '{entry.Command}' wrote {what}");
}

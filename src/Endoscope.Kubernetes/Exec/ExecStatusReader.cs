using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Endoscope.Kubernetes.Exec;

/// <summary>Reads the Status object on the error channel. Pure.</summary>
internal static class ExecStatusReader
{
    public static ExecStatus Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return Text(root, "status") == "Success"
                ? new ExecStatus(0, null)
                : new ExecStatus(ExitCode(root), Text(root, "message") ?? Text(root, "reason") ?? "the command could not be run");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or JSON whose texts are no UTF-8.
            return new ExecStatus(null, Encoding.UTF8.GetString(json));
        }
    }

    private static int? ExitCode(JsonElement root)
    {
        if (Text(root, "reason") != "NonZeroExitCode"
            || !root.TryGetProperty("details", out var details) || details.ValueKind != JsonValueKind.Object
            || !details.TryGetProperty("causes", out var causes) || causes.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var cause in causes.EnumerateArray())
        {
            if (Text(cause, "reason") == "ExitCode"
                && int.TryParse(Text(cause, "message"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var code))
            {
                return code;
            }
        }

        return null;
    }

    private static string? Text(JsonElement parent, string name)
        => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

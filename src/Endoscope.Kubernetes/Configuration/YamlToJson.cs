using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>Turns a part of a YAML document into JSON, for what is handed on without being understood.</summary>
internal static class YamlToJson
{
    // More than this fits into no environment variable anyway. Aliases of aliases can stand for any amount.
    private const int MaxLength = 128 * 1024;
    private const int MaxDepth = 100;

    /// <summary>The JSON; null where it would be longer, or nested more deeply, than anyone has use for.</summary>
    public static string? Convert(YamlNode node)
    {
        var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer);
        if (!TryWrite(node, json, MaxDepth))
        {
            return null;
        }

        json.Flush();
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static bool TryWrite(YamlNode node, Utf8JsonWriter json, int depth)
    {
        if (depth == 0 || json.BytesCommitted + json.BytesPending > MaxLength)
        {
            return false;
        }

        switch (node)
        {
            case YamlMappingNode mapping:
                json.WriteStartObject();
                foreach (var (key, value) in mapping.Children)
                {
                    json.WritePropertyName((key as YamlScalarNode)?.Value ?? "");
                    if (!TryWrite(value, json, depth - 1))
                    {
                        return false;
                    }
                }

                json.WriteEndObject();
                break;
            case YamlSequenceNode sequence:
                json.WriteStartArray();
                foreach (var item in sequence.Children)
                {
                    if (!TryWrite(item, json, depth - 1))
                    {
                        return false;
                    }
                }

                json.WriteEndArray();
                break;
            case YamlScalarNode scalar:
                WriteScalar(scalar, json);
                break;
        }

        return true;
    }

    /// <summary>Whether a word without quotes is a number, <c>true</c> or <c>false</c>, by the rules that kubectl reads YAML with.</summary>
    public static bool IsNumberOrFlag(string text)
        => IsTrue(text) || IsFalse(text) || text is ".inf" or "-.inf" or ".nan"
            || TryInteger(text.Replace("_", "", StringComparison.Ordinal), out _) || TryNumber(text, out _)
            || (text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _));

    private static void WriteScalar(YamlScalarNode scalar, Utf8JsonWriter json)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain)
        {
            json.WriteStringValue(text);
        }
        else if (text is "" or "null" or "Null" or "NULL" or "~")
        {
            json.WriteNullValue();
        }
        else if (IsTrue(text) || IsFalse(text))
        {
            json.WriteBooleanValue(IsTrue(text));
        }
        else if (TryInteger(text, out var integer))
        {
            json.WriteNumberValue(integer);
        }
        else if (TryNumber(text, out var number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static bool IsTrue(string text) => text is "true" or "True" or "TRUE" or "y" or "Y" or "yes" or "Yes" or "YES" or "on" or "On" or "ON";

    private static bool IsFalse(string text) => text is "false" or "False" or "FALSE" or "n" or "N" or "no" or "No" or "NO" or "off" or "Off" or "OFF";

    private static bool TryInteger(string text, out long integer)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer);

    private static bool TryNumber(string text, out double number)
        => double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number) && !char.IsAsciiLetter(text[^1]);
}

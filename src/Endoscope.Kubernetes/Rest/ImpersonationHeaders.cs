using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Rest;

/// <summary>The headers that ask the server to act as someone else.</summary>
internal static class ImpersonationHeaders
{
    public static void Add(HttpRequestHeaders headers, Impersonation impersonate)
    {
        if (impersonate.User is not { } user)
        {
            return;
        }

        Add(headers, "Impersonate-User", [user]);
        Add(headers, "Impersonate-Uid", impersonate.Uid is { } uid ? [uid] : []);
        Add(headers, "Impersonate-Group", impersonate.Groups);
        foreach (var extra in impersonate.Extra.GroupBy(pair => pair.Key.ToLowerInvariant(), pair => pair.Value))
        {
            Add(headers, "Impersonate-Extra-" + EscapeName(extra.Key), [.. extra]);
        }
    }

    private static void Add(HttpRequestHeaders headers, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        // A dropped header would mean acting under our own, greater rights.
        var unfit = values.FirstOrDefault(value => value.Any(char.IsControl));
        if (unfit is not null || !headers.TryAddWithoutValidation(name, RepeatedHeaders.Join(name, values)))
        {
            throw new ClusterException($"'{unfit ?? values[0]}' cannot be sent as {name}: it holds control characters");
        }
    }

    /// <summary>A key as part of a header's name, which takes few characters: the others as %XX, which the server undoes.</summary>
    private static string EscapeName(string key)
    {
        var name = new StringBuilder();
        foreach (var c in Encoding.UTF8.GetBytes(key))
        {
            if (char.IsAsciiLetterOrDigit((char)c) || "!#$&'*+-.^_`|~".Contains((char)c, StringComparison.Ordinal))
            {
                name.Append((char)c);
            }
            else
            {
                name.Append(CultureInfo.InvariantCulture, $"%{c:X2}");
            }
        }

        return name.ToString();
    }
}

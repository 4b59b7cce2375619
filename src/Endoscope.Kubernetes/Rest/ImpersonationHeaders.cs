using System.Net.Http.Headers;
using Endoscope.Kubernetes.Configuration;

namespace Endoscope.Kubernetes.Rest;

/// <summary>The headers that ask the server to act as someone else.</summary>
internal static class ImpersonationHeaders
{
    public static void Add(HttpRequestHeaders headers, Impersonation? impersonate)
    {
        if (impersonate is null)
        {
            return;
        }

        Add(headers, "Impersonate-User", impersonate.User);
        if (impersonate.Uid is { } uid)
        {
            Add(headers, "Impersonate-Uid", uid);
        }

        foreach (var group in impersonate.Groups)
        {
            Add(headers, "Impersonate-Group", group);
        }

        foreach (var (key, value) in impersonate.Extra)
        {
            // The key becomes part of a header's name, which takes few characters; the server decodes percent escapes.
            Add(headers, "Impersonate-Extra-" + Uri.EscapeDataString(key), value);
        }
    }

    private static void Add(HttpRequestHeaders headers, string name, string value)
    {
        // A dropped header would mean acting under our own, greater rights.
        // The runtime would send two values of one header in one line, which the server takes for a single, unknown group.
        if (headers.Contains(name) || !headers.TryAddWithoutValidation(name, value))
        {
            throw new ClusterException($"the impersonation header '{name}: {value}' cannot be sent; at most one of each can");
        }
    }
}

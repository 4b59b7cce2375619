using System.Globalization;
using System.Text.RegularExpressions;

namespace Endoscope.Kubernetes;

/// <summary>An API server's version as far as it decides what the server can do.</summary>
public readonly partial record struct ServerVersion(int Major, int Minor)
{
    /// <summary>Reads the version in the server's own text, such as <c>v1.29.4-gke.1043002</c>; null where it is none.</summary>
    public static ServerVersion? Parse(string text) =>
        Text().Match(text) is { Success: true } match ? new ServerVersion(Number(match.Groups[1]), Number(match.Groups[2])) : null;

    /// <summary>Whether it is this version or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;

    private static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v?(\d{1,4})\.(\d{1,4})")]
    private static partial Regex Text();
}

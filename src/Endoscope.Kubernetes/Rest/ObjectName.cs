namespace Endoscope.Kubernetes.Rest;

/// <summary>Checks names before they become part of a URL. Pure.</summary>
internal static class ObjectName
{
    private const int MaxSubdomain = 253;
    private const int MaxLabel = 63;

    /// <summary>A name by RFC 1123's rules for subdomains, as pods, nodes and secrets have.</summary>
    /// <param name="what">What it names, for the message.</param>
    public static string Subdomain(string name, string what) => IsSubdomain(name)
        ? name
        : throw new InvalidNameException(
            $"{Quote(name)} is not the name of a {what}: at most {MaxSubdomain} characters, a-z, 0-9, '-' and '.', beginning and ending with a letter or digit");

    /// <summary>A name by RFC 1123's rules for labels, as namespaces and containers have.</summary>
    public static string Label(string name, string what) => IsLabel(name)
        ? name
        : throw new InvalidNameException(
            $"{Quote(name)} is not the name of a {what}: at most {MaxLabel} characters, a-z, 0-9 and '-', beginning and ending with a letter or digit");

    private static bool IsSubdomain(string name) => name.Length is > 0 and <= MaxSubdomain && name.Split('.').All(part => IsPart(part));

    private static bool IsLabel(string name) => name.Length <= MaxLabel && IsPart(name);

    private static bool IsPart(string part)
        => part.Length > 0 && part[0] != '-' && part[^1] != '-'
        && part.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string Quote(string name) => name.Length <= 80 ? $"'{name}'" : $"'{name[..77]}...'";
}

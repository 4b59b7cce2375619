using System.Text.RegularExpressions;

namespace Endoscope.Cli.Settings;

/// <summary>The names of images. Pure.</summary>
internal static partial class ImageName
{
    private const string DockerHub = "docker.io";

    /// <summary>
    /// The name by which nodes pull an image through a registry of theirs: the registry takes the place of the image's own, which is Docker Hub
    /// where it names none. <c>agilicus/endoscope:1</c> through <c>mirror.example/hub</c> is <c>mirror.example/hub/agilicus/endoscope:1</c>.
    /// </summary>
    public static string Through(string? registry, string image)
    {
        if (registry is null || image.StartsWith(registry + "/", StringComparison.Ordinal))
        {
            return image;
        }

        // The rule by which container runtimes tell a host from the first part of a path.
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var isHost = first.AsSpan().ContainsAny('.', ':') || first == "localhost";
        var path = isHost ? image[(slash + 1)..] : image;
        var isOfficial = (!isHost || first == DockerHub) && !path.Contains('/', StringComparison.Ordinal);
        return $"{registry}/{(isOfficial ? "library/" : "")}{path}";
    }

    /// <summary>Reads a registry with a path on it; null where the text is empty.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static string? ParseRegistry(string text) =>
        text.Length == 0 ? null
        : RegistryPattern().IsMatch(text) ? text
        : throw new FormatException($"'{text}' is not a registry: write HOST, HOST:PORT or HOST/PATH, without https:// and without a final /");

    [GeneratedRegex(@"\A[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([-._a-z0-9]*[a-z0-9])?)*\z")]
    private static partial Regex RegistryPattern();
}

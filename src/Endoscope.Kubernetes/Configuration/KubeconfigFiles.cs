using System.Text;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>Finds the kubeconfig files and reads them.</summary>
internal static class KubeconfigFiles
{
    // Thousands of entries fit; a device or a log does not.
    private const int MaxFile = 16 << 20;

    /// <summary>The merged kubeconfig; empty where no file exists.</summary>
    public static Kubeconfig Load(ConnectionOptions options, ConnectionEnvironment environment)
    {
        if (options.Kubeconfig is { } only)
        {
            var path = Path.GetFullPath(only);
            return File.Exists(path)
                ? Read(path)
                : throw new ClusterException($"the kubeconfig file {path} does not exist");
        }

        return Kubeconfig.Merge(Locate(environment).Where(File.Exists).Select(Read).ToList());
    }

    /// <summary>The files that there are.</summary>
    public static IReadOnlyList<string> Found(ConnectionOptions options, ConnectionEnvironment environment)
        => [.. (options.Kubeconfig is { } only ? [Path.GetFullPath(only)] : Locate(environment)).Where(File.Exists)];

    /// <summary>The files that kubectl would read, in their order, whether they exist or not.</summary>
    public static IReadOnlyList<string> Locate(ConnectionEnvironment environment)
    {
        if (environment.Variable("KUBECONFIG") is not { Length: > 0 } list)
        {
            return [Path.Combine(environment.HomeDirectory, ".kube", "config")];
        }

        return list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).ToList();
    }

    /// <summary>The text of a file of reasonable size.</summary>
    public static string ReadText(string path, string what)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var reader = new StreamReader(stream);
            var text = new StringBuilder();
            var part = new char[16 * 1024];
            while (reader.Read(part) is > 0 and var count)
            {
                if (text.Append(part.AsSpan(0, count)).Length > MaxFile)
                {
                    throw new ClusterException($"{what} {path} is larger than {MaxFile >> 20} MiB");
                }
            }

            return text.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"cannot read {what} {path}: {e.Message}", inner: e);
        }
    }

    private static Kubeconfig Read(string path) => KubeconfigParser.Parse(ReadText(path, "the kubeconfig file"), path);
}

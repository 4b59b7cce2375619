namespace Endoscope.Kubernetes.Configuration;

/// <summary>Finds the kubeconfig files and reads them.</summary>
internal static class KubeconfigFiles
{
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

    private static Kubeconfig Read(string path)
    {
        try
        {
            return KubeconfigParser.Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"cannot read the kubeconfig file {path}: {e.Message}", inner: e);
        }
    }
}

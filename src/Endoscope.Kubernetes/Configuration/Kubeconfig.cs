namespace Endoscope.Kubernetes.Configuration;

/// <summary>The kubeconfig as merged from its files. Every path in it is absolute.</summary>
internal sealed record Kubeconfig
{
    public string? CurrentContext { get; init; }

    public IReadOnlyDictionary<string, ContextEntry> Contexts { get; init; } = new Dictionary<string, ContextEntry>();

    public IReadOnlyDictionary<string, ClusterEntry> Clusters { get; init; } = new Dictionary<string, ClusterEntry>();

    public IReadOnlyDictionary<string, UserEntry> Users { get; init; } = new Dictionary<string, UserEntry>();

    public bool IsEmpty => CurrentContext is null && Contexts.Count == 0 && Clusters.Count == 0 && Users.Count == 0;

    /// <summary>kubectl's rule: of each name, and of the current context, the first file that has it decides, wholly.</summary>
    public static Kubeconfig Merge(IReadOnlyList<Kubeconfig> files) => new()
    {
        CurrentContext = files.Select(file => file.CurrentContext).FirstOrDefault(name => name is not null),
        Contexts = FirstOfEach(files.Select(file => file.Contexts)),
        Clusters = FirstOfEach(files.Select(file => file.Clusters)),
        Users = FirstOfEach(files.Select(file => file.Users)),
    };

    private static Dictionary<string, T> FirstOfEach<T>(IEnumerable<IReadOnlyDictionary<string, T>> maps)
    {
        var merged = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, entry) in maps.SelectMany(map => map))
        {
            merged.TryAdd(name, entry);
        }

        return merged;
    }
}

/// <param name="Place">The file and line that hold the entry, for messages.</param>
internal sealed record ContextEntry(string Place, string Cluster, string User, string? Namespace);

/// <summary>How to reach an API server and how to know it.</summary>
internal sealed record ClusterEntry
{
    public string Place { get; init; } = "";

    public string? Server { get; init; }

    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    public PemSource? Authority { get; init; }

    public string? ProxyUrl { get; init; }

    /// <summary>The <c>client.authentication.k8s.io/exec</c> extension as JSON, which credential plugins may ask for.</summary>
    public string? PluginConfig { get; init; }
}

/// <summary>Who we are.</summary>
internal sealed record UserEntry
{
    public string Place { get; init; } = "";

    public PemSource? ClientCertificate { get; init; }

    public PemSource? ClientKey { get; init; }

    public string? Token { get; init; }

    public string? TokenFile { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public ExecPluginEntry? Exec { get; init; }

    /// <summary>The name of a legacy auth provider, which kubectl no longer has either.</summary>
    public string? AuthProvider { get; init; }

    public Impersonation Impersonate { get; init; } = new(null, null, [], []);
}

/// <summary>Another identity to act as; the server decides whether that is allowed. Without a user there is none.</summary>
internal sealed record Impersonation(
    string? User, string? Uid, IReadOnlyList<string> Groups, IReadOnlyList<KeyValuePair<string, string>> Extra)
{
    /// <summary>Whether something of an identity is asked for that only counts together with a user.</summary>
    public bool LacksUser => User is null && (Uid is not null || Groups.Count > 0 || Extra.Count > 0);
}

/// <summary>A credential plugin.</summary>
internal sealed record ExecPluginEntry
{
    public required string Place { get; init; }

    /// <summary>Why the plugin cannot be used, if it cannot: only who wants to use it need know.</summary>
    public string? Problem { get; init; }

    public required string ApiVersion { get; init; }

    /// <summary>A name to look up in PATH, or an absolute path.</summary>
    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];

    public string? InstallHint { get; init; }

    public bool ProvideClusterInfo { get; init; }

    public PluginInput Input { get; init; } = PluginInput.IfAvailable;
}

/// <summary>A plugin's <c>interactiveMode</c>: whether it wants the user's standard input.</summary>
internal enum PluginInput
{
    Never,
    IfAvailable,
    Always,
}

/// <summary>PEM text that stands in the kubeconfig, or the absolute path of the file that holds it; not both.</summary>
internal sealed record PemSource(string Place, string? Text, string? File)
{
    /// <summary>The PEM text.</summary>
    public string Read()
    {
        if (Text is not null)
        {
            if (File is not null)
            {
                throw new ClusterException($"{Place}: the file {File} is given as well; only one can count");
            }

            return Text;
        }

        try
        {
            return System.IO.File.ReadAllText(File!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClusterException($"{Place}: cannot read {File}: {e.Message}", inner: e);
        }
    }
}

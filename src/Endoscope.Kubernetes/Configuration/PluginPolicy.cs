namespace Endoscope.Kubernetes.Configuration;

/// <summary>
/// Which credential plugins the user lets run: <c>credentialPluginPolicy</c> and <c>credentialPluginAllowlist</c> of kubectl's own
/// settings (kuberc, kubectl.config.k8s.io/v1beta1). A setting that cannot be understood lets none run.
/// </summary>
/// <param name="Allowed">The programs that may run, by name or by path; null for all.</param>
/// <param name="Place">The file that says so, for messages.</param>
internal sealed record PluginPolicy(IReadOnlyList<string>? Allowed, string Place)
{
    public static PluginPolicy AllowAll { get; } = new(null, "");

    public static PluginPolicy Load(ConnectionEnvironment environment)
    {
        var named = environment.Variable("KUBERC") is { Length: > 0 } value ? value : null;
        if (named == "off")
        {
            return AllowAll;
        }

        var path = Path.GetFullPath(named ?? Path.Combine(environment.HomeDirectory, ".kube", "kuberc"));
        if (File.Exists(path))
        {
            return Parse(KubeconfigFiles.ReadText(path, "the kuberc file"), path);
        }

        return named is null ? AllowAll : throw new ClusterException($"the kuberc file {path} does not exist", hint: "KUBERC names it; KUBERC=off does without");
    }

    /// <summary>Reads the text of a kuberc file. Pure.</summary>
    public static PluginPolicy Parse(string text, string file)
    {
        if (KubeconfigParser.Root(text, file) is not { } root)
        {
            return AllowAll;
        }

        var allowed = root.Find("credentialPluginAllowlist") is null ? null
            : root.Maps("credentialPluginAllowlist").Select(Entry).ToList();
        return (root.NonEmptyText("credentialPluginPolicy"), allowed) switch
        {
            (null or "AllowAll", null) => AllowAll,
            ("DenyAll", null) => new PluginPolicy([], file),
            ("Allowlist", { Count: > 0 }) => new PluginPolicy(allowed, file),
            ("Allowlist", _) => throw root.Wrong("credentialPluginPolicy is Allowlist, but credentialPluginAllowlist names no plugin"),
            (null or "AllowAll" or "DenyAll", _) => throw root.Wrong("credentialPluginAllowlist needs the credentialPluginPolicy Allowlist"),
            var (other, _) => throw root.Wrong($"credentialPluginPolicy must be AllowAll, DenyAll or Allowlist, not '{other}'"),
        };
    }

    /// <summary>Refuses a plugin that may not run.</summary>
    /// <param name="command">The plugin as the kubeconfig names it.</param>
    /// <param name="program">The absolute path of the program that this is.</param>
    /// <param name="resolve">Finds the program that a name of the list means; null where there is none.</param>
    public void Check(string command, string program, Func<string, string?> resolve)
    {
        if (Allowed is not null && !Allowed.Any(name => name == command || name == program || resolve(name) == program))
        {
            throw new ClusterException(
                $"{Place} does not allow the credential plugin '{command}' to run ({(Allowed.Count == 0 ? "credentialPluginPolicy: DenyAll" : "it is not in credentialPluginAllowlist")})");
        }
    }

    private static string Entry(YamlMap map)
    {
        // "name" is what versions before 1.36 call it.
        var name = map.NonEmptyText("command") ?? map.NonEmptyText("name") ?? throw map.Wrong("an entry of credentialPluginAllowlist is empty");
        return name.EndsWith('/') || name.Contains("//", StringComparison.Ordinal) || name.Split('/').Any(part => part is "." or "..")
            ? throw map.Wrong($"'{name}' in credentialPluginAllowlist is not a plain path")
            : name;
    }
}

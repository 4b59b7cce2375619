using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Endoscope.Kubernetes.Configuration;

/// <summary>Reads the text of one kubeconfig file.</summary>
internal static class KubeconfigParser
{
    private const string PluginExtension = "client.authentication.k8s.io/exec";

    /// <param name="text">YAML or JSON.</param>
    /// <param name="file">The file's absolute path; relative paths in the text start from its directory.</param>
    public static Kubeconfig Parse(string text, string file)
    {
        if (Root(text, file) is not { } root)
        {
            return new Kubeconfig();
        }

        var directory = Path.GetDirectoryName(file) ?? "/";
        return new Kubeconfig
        {
            CurrentContext = root.NonEmptyText("current-context"),
            Contexts = Named(root, "contexts", "context", ReadContext),
            Clusters = Named(root, "clusters", "cluster", map => ReadCluster(map, directory)),
            Users = Named(root, "users", "user", map => ReadUser(map, directory)),
        };
    }

    private static YamlMap? Root(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new ClusterException($"{file}:{e.Start.Line}: not valid YAML: {e.Message}", inner: e);
        }

        return stream.Documents.FirstOrDefault()?.RootNode switch
        {
            null => null,
            YamlScalarNode { Value: null or "" } => null,
            YamlMappingNode mapping => new YamlMap(file, mapping),
            _ => throw new ClusterException($"{file}:1: not a kubeconfig file"),
        };
    }

    private static Dictionary<string, T> Named<T>(YamlMap root, string list, string item, Func<YamlMap, T> read)
    {
        var entries = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var map in root.Maps(list))
        {
            var name = map.Text("name") ?? throw map.Wrong($"an entry of {list} has no name");
            if (map.Map(item) is { } content)
            {
                // Of two entries with one name in one file kubectl keeps the last.
                entries[name] = read(content);
            }
        }

        return entries;
    }

    private static ContextEntry ReadContext(YamlMap map)
        => new(map.Place, map.Text("cluster") ?? "", map.Text("user") ?? "", map.NonEmptyText("namespace"));

    private static ClusterEntry ReadCluster(YamlMap map, string directory) => new()
    {
        Place = map.Place,
        Server = map.NonEmptyText("server"),
        TlsServerName = map.NonEmptyText("tls-server-name"),
        SkipTlsVerify = map.Flag("insecure-skip-tls-verify"),
        Authority = ReadPem(map, "certificate-authority", directory),
        ProxyUrl = map.NonEmptyText("proxy-url"),
        PluginConfig = map.Maps("extensions").FirstOrDefault(extension => extension.Text("name") == PluginExtension)
            ?.Find("extension") is { } extension ? YamlToJson.Convert(extension) : null,
    };

    private static UserEntry ReadUser(YamlMap map, string directory) => new()
    {
        Place = map.Place,
        ClientCertificate = ReadPem(map, "client-certificate", directory),
        ClientKey = ReadPem(map, "client-key", directory),
        Token = map.NonEmptyText("token"),
        TokenFile = Absolute(map.NonEmptyText("tokenFile"), directory),
        Username = map.NonEmptyText("username"),
        Password = map.Text("password"),
        Exec = map.Map("exec") is { } exec ? ReadPlugin(exec, directory) : null,
        AuthProvider = map.Map("auth-provider") is { } provider ? provider.Text("name") ?? "" : null,
        Impersonate = ReadImpersonation(map),
    };

    private static Impersonation? ReadImpersonation(YamlMap map)
    {
        var uid = map.NonEmptyText("as-uid");
        var groups = map.Texts("as-groups");
        var extra = map.Map("as-user-extra")?.PairsOfLists() ?? [];
        if (map.NonEmptyText("as") is { } user)
        {
            return new Impersonation(user, uid, groups, extra);
        }

        // Acting under a lesser identity than was asked for must never happen silently.
        return uid is null && groups.Count == 0 && extra.Count == 0
            ? null
            : throw map.Wrong("as-uid, as-groups and as-user-extra need as");
    }

    private static ExecPluginEntry ReadPlugin(YamlMap map, string directory)
    {
        var command = map.NonEmptyText("command") ?? throw map.Wrong("exec has no command");

        // A bare name is looked up in PATH; anything else with a separator is relative to the file, as for kubectl.
        var isPath = command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return new ExecPluginEntry
        {
            Place = map.Place,
            ApiVersion = map.NonEmptyText("apiVersion") ?? throw map.Wrong("exec has no apiVersion"),
            Command = isPath ? Absolute(command, directory)! : command,
            Arguments = map.Texts("args"),
            Variables = map.Maps("env").Select(variable => KeyValuePair.Create(
                variable.NonEmptyText("name") ?? throw variable.Wrong("an entry of env has no name"),
                variable.Text("value") ?? "")).ToList(),
            InstallHint = map.NonEmptyText("installHint"),
            ProvideClusterInfo = map.Flag("provideClusterInfo"),
            Input = map.NonEmptyText("interactiveMode") switch
            {
                null or "IfAvailable" => PluginInput.IfAvailable,
                "Never" => PluginInput.Never,
                "Always" => PluginInput.Always,
                var other => throw map.Wrong($"interactiveMode must be Never, IfAvailable or Always, not '{other}'"),
            },
        };
    }

    private static PemSource? ReadPem(YamlMap map, string key, string directory)
    {
        // Data wins over a file, as for kubectl.
        if (map.Base64($"{key}-data") is { } data)
        {
            return new PemSource($"{map.Place} ({key}-data)", Encoding.Latin1.GetString(data), null);
        }

        return map.NonEmptyText(key) is { } path ? new PemSource($"{map.Place} ({key})", null, Absolute(path, directory)) : null;
    }

    private static string? Absolute(string? path, string directory) => path is null ? null : Path.GetFullPath(path, directory);
}

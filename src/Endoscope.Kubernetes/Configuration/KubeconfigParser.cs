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

        if (root.NonEmptyText("kind") is { } kind && kind != "Config")
        {
            throw root.Wrong($"a kubeconfig is of kind Config, not {kind}");
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

    /// <summary>The mapping that a file of settings is; null where it is empty.</summary>
    public static YamlMap? Root(string text, string file) => Documents(text, file).FirstOrDefault()?.RootNode switch
    {
        null => null,
        YamlScalarNode { Value: null or "" } => null,
        YamlMappingNode mapping => new YamlMap(file, mapping),
        _ => throw new ClusterException($"{file}:1: not a kubeconfig file"),
    };

    /// <summary>The documents of a YAML text.</summary>
    public static IList<YamlDocument> Documents(string text, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new BoundedYaml(new Parser(new StringReader(text))));
        }
        catch (YamlException e)
        {
            throw new ClusterException($"{file}:{e.Start.Line}: not valid YAML: {e.Message}", inner: e);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // What the library throws at some malformed texts.
            throw new ClusterException($"{file}: not valid YAML", inner: e);
        }

        return stream.Documents;
    }

    private static Dictionary<string, T> Named<T>(YamlMap root, string list, string item, Func<YamlMap, T> read)
    {
        var entries = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var map in root.Maps(list))
        {
            var name = map.Text("name") ?? throw map.Wrong($"an entry of {list} has no name");
            if (map.Map(item) is { } content && !entries.TryAdd(name, read(content)))
            {
                throw map.Wrong($"{list} has two entries named '{name}'");
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
            ?.Find("extension") is { } extension ? YamlToJson.Convert(extension) ?? throw map.Wrong($"the extension {PluginExtension} is too large") : null,
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

    private static Impersonation ReadImpersonation(YamlMap map)
        => new(map.NonEmptyText("as"), map.NonEmptyText("as-uid"), map.Texts("as-groups"), map.Map("as-user-extra")?.PairsOfLists() ?? []);

    private static ExecPluginEntry ReadPlugin(YamlMap map, string directory)
    {
        var command = map.NonEmptyText("command") ?? "";
        var version = map.NonEmptyText("apiVersion") ?? "";
        var mode = map.NonEmptyText("interactiveMode");
        var variables = map.Maps("env").Select(variable => KeyValuePair.Create(variable.NonEmptyText("name") ?? "", variable.Text("value") ?? "")).ToList();

        // A bare name is looked up in PATH; anything else with a separator is relative to the file, as for kubectl.
        var isPath = command.Contains('/', StringComparison.Ordinal) || command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return new ExecPluginEntry
        {
            Place = map.Place,
            Problem = (command, version, mode) switch
            {
                ("", _, _) => "exec has no command",
                (_, "", _) => "exec has no apiVersion",
                _ when variables.Any(variable => variable.Key.Length == 0) => "an entry of exec's env has no name",
                (_, _, not (null or "Never" or "IfAvailable" or "Always")) => $"interactiveMode must be Never, IfAvailable or Always, not '{mode}'",
                (_, [.., '/', 'v', '1'], null) => $"exec of {version} needs an interactiveMode: Never, IfAvailable or Always",
                _ => null,
            },
            ApiVersion = version,
            Command = isPath ? Absolute(command, directory)! : command,
            Arguments = map.Texts("args"),
            Variables = variables,
            InstallHint = map.NonEmptyText("installHint"),
            ProvideClusterInfo = map.Flag("provideClusterInfo"),
            Input = mode switch { "Never" => PluginInput.Never, "Always" => PluginInput.Always, _ => PluginInput.IfAvailable },
        };
    }

    private static PemSource? ReadPem(YamlMap map, string key, string directory)
    {
        var path = Absolute(map.NonEmptyText(key), directory);
        if (map.Base64($"{key}-data") is { } data)
        {
            return new PemSource($"{map.Place} ({key}-data)", Encoding.Latin1.GetString(data), path);
        }

        return path is not null ? new PemSource($"{map.Place} ({key})", null, path) : null;
    }

    private static string? Absolute(string? path, string directory) => path is null ? null : Path.GetFullPath(path, directory);
}

namespace Endoscope.Kubernetes.Configuration;

/// <summary>Where to connect and as whom: the kubeconfig, the environment and the flags, resolved.</summary>
internal sealed record ConnectionPlan(string ContextName, Uri Server, string DefaultNamespace, ClusterEntry Cluster, UserEntry User)
{
    /// <summary>The proxy on the way, if there is one.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>How long one request may take; null for the limits that requests have anyway.</summary>
    public TimeSpan? RequestTimeout { get; init; }

    /// <summary>The kubeconfig files that were read.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The contexts that the kubeconfig has, in no order.</summary>
    public IReadOnlyList<string> Contexts { get; init; } = [];

    /// <summary>Which credential plugins may run.</summary>
    public PluginPolicy Plugins { get; init; } = PluginPolicy.AllowAll;

    /// <summary>Whether the kubeconfig alone decides whom to trust.</summary>
    public bool NeedsNoSystemRoots => Cluster.Authority is not null || Cluster.SkipTlsVerify;

    public static ConnectionPlan Plan(ConnectionOptions options, ConnectionEnvironment environment)
    {
        var plan = Locate(options, environment);
        if (plan.User.Impersonate.LacksUser)
        {
            // Acting under a lesser identity than was asked for must never happen silently.
            throw new ClusterException(
                $"{plan.User.Place}: acting in groups, or under a UID or more, takes a user to act as", hint: "--as, or as in the kubeconfig, names one");
        }

        if (plan.User.Exec is { Problem: { } problem } exec)
        {
            throw new ClusterException($"{exec.Place}: {problem}");
        }

        return plan with
        {
            Files = KubeconfigFiles.Found(options, environment),
            Proxy = ProxyChoice.Choose(plan.Cluster, plan.Server, environment.Variable),
            RequestTimeout = options.RequestTimeout > TimeSpan.Zero ? options.RequestTimeout : null,
            Plugins = plan.User.Exec is null ? PluginPolicy.AllowAll : PluginPolicy.Load(environment),
        };
    }

    /// <summary>Applies the flags to a kubeconfig. Pure.</summary>
    public static ConnectionPlan Resolve(Kubeconfig kubeconfig, ConnectionOptions options)
    {
        var contextName = options.Context is { Length: > 0 } named ? named : kubeconfig.CurrentContext;
        var context = FindContext(kubeconfig, contextName, options);
        var cluster = FindCluster(kubeconfig, options.Cluster ?? context?.Cluster, context);
        var user = FindUser(kubeconfig, options.User ?? context?.User, context);
        var server = options.Server ?? cluster.Server
            ?? throw new ClusterException($"{cluster.Place}: the cluster has no server");
        return new ConnectionPlan(
            contextName ?? "", ParseServer(server, options.Server is null ? cluster.Place : "--server"),
            context?.Namespace ?? "default", ConnectionFlags.Apply(cluster, options), ConnectionFlags.Apply(user, options))
        {
            Contexts = [.. kubeconfig.Contexts.Keys],
        };
    }

    private static ConnectionPlan Locate(ConnectionOptions options, ConnectionEnvironment environment)
    {
        var kubeconfig = KubeconfigFiles.Load(options, environment);
        var useServiceAccount = kubeconfig.IsEmpty && options is { Kubeconfig: null, Context: null, Cluster: null, User: null, Server: null };
        if (useServiceAccount && ServiceAccount.Plan(environment) is { } inCluster)
        {
            return inCluster with
            {
                Cluster = ConnectionFlags.Apply(inCluster.Cluster, options),
                User = ConnectionFlags.Apply(inCluster.User, options),
            };
        }

        if (kubeconfig.IsEmpty && options.Server is null)
        {
            throw new ClusterException(
                "no kubeconfig was found: " + string.Join(", ", options.Kubeconfig is { } only ? [only] : KubeconfigFiles.Locate(environment)),
                hint: "name one with --kubeconfig or KUBECONFIG");
        }

        return Resolve(kubeconfig, options);
    }

    private static ContextEntry? FindContext(Kubeconfig kubeconfig, string? name, ConnectionOptions options)
    {
        if (name is null)
        {
            return options.Cluster is not null || options.Server is not null
                ? null
                : throw new ClusterException(
                    "the kubeconfig has no current context", hint: $"choose one with --context: {Names(kubeconfig.Contexts.Keys)}");
        }

        return kubeconfig.Contexts.TryGetValue(name, out var context)
            ? context
            : throw new ClusterException(
                $"the kubeconfig has no context '{name}'", hint: $"it has: {Names(kubeconfig.Contexts.Keys)}");
    }

    private static ClusterEntry FindCluster(Kubeconfig kubeconfig, string? name, ContextEntry? context)
    {
        if (string.IsNullOrEmpty(name))
        {
            return context is null ? new ClusterEntry() : throw new ClusterException($"{context.Place}: the context names no cluster");
        }

        return kubeconfig.Clusters.TryGetValue(name, out var cluster)
            ? cluster
            : throw new ClusterException(
                $"the kubeconfig has no cluster '{name}'", hint: $"it has: {Names(kubeconfig.Clusters.Keys)}");
    }

    private static UserEntry FindUser(Kubeconfig kubeconfig, string? name, ContextEntry? context)
    {
        if (string.IsNullOrEmpty(name))
        {
            return new UserEntry();
        }

        return kubeconfig.Users.TryGetValue(name, out var user)
            ? user
            : throw new ClusterException(
                $"{context?.Place ?? "--user"}: the kubeconfig has no user '{name}'", hint: $"it has: {Names(kubeconfig.Users.Keys)}");
    }

    private static Uri ParseServer(string server, string place)
    {
        // An address without a scheme means plain HTTP, whatever else the cluster entry says, as it does to kubectl.
        var text = server.Contains("://", StringComparison.Ordinal) ? server : "http://" + server;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || (uri.Scheme != "https" && uri.Scheme != "http") || uri.Host.Length == 0)
        {
            throw new ClusterException($"{place}: '{server}' is not an address of an API server");
        }

        return uri;
    }

    private static string Names(IEnumerable<string> names)
    {
        var list = string.Join(", ", names.Order(StringComparer.Ordinal));
        return list.Length == 0 ? "none" : list;
    }
}

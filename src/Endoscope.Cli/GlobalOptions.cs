using System.CommandLine;
using Endoscope.Cli.Settings;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli;

/// <summary>The options every command takes. Before the command their short forms are always these; after it a command's own come first.</summary>
internal sealed class GlobalOptions
{
    private readonly Option<string> ns = Text("--namespace", "NAMESPACE", "The target's namespace (default: the context's)", "-n");
    private readonly Option<string[]> pod = new("--pod", "-p")
    {
        HelpName = "POD",
        Description = "The target: a pod, or deploy/NAME, sts/NAME, ds/NAME, svc/NAME … (capture takes several: -p A,B)",
        Recursive = true,
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly Option<string> container = Text("--container", "NAME", "The target's container (default: the pod's default, else its first)");
    private readonly Option<string> profile = Text("--profile", "NAME", "The rights of an ephemeral container, as kubectl debug names them (default: the least for the command)");
    private readonly Option<bool> terminate = Flag("--terminate", "Delete the debug pod when the command is done", "-t");
    private readonly Option<bool> privileged = Flag("--privileged", "Make the debug pod privileged (all capabilities and devices of the node)");
    private readonly Option<string> output = Text("--output", "text|json", "How results are written (default: text)", "-o");
    private readonly Option<bool> debug = Flag("--debug", "Tell the details of an error");
    private readonly Option<string> kubeconfig = Text("--kubeconfig", "FILE", "The kubeconfig file (default: $KUBECONFIG, else ~/.kube/config, else in-cluster)");
    private readonly Option<string> context = Text("--context", "NAME", "The kubeconfig's context");
    private readonly Option<string> cluster = Text("--cluster", "NAME", "The kubeconfig's cluster, instead of the context's");
    private readonly Option<string> user = Text("--user", "NAME", "The kubeconfig's user, instead of the context's");
    private readonly Option<string> server = Text("--server", "URL", "The API server's address, instead of the kubeconfig's", "-s");
    private readonly Option<string> token = Text("--token", "TOKEN", "A bearer token, instead of the kubeconfig's credentials");

    private readonly Option<string> certificateAuthority = Text("--certificate-authority", "FILE", "The certificate authorities to believe, instead of the kubeconfig's");
    private readonly Option<string> clientCertificate = Text("--client-certificate", "FILE", "The client certificate, instead of the kubeconfig's");
    private readonly Option<string> clientKey = Text("--client-key", "FILE", "Its key");
    private readonly Option<string> tlsServerName = Text("--tls-server-name", "NAME", "The name that the server's certificate must be for");
    private readonly Option<bool> skipTlsVerify = Flag("--insecure-skip-tls-verify", "Believe any server (insecure)");
    private readonly Option<string> actAs = Text("--as", "USER", "Act as this user");
    private readonly Option<string[]> asGroups = Texts("--as-group", "GROUP", "Act in this group; may be repeated");
    private readonly Option<string> asUid = Text("--as-uid", "UID", "Act under this UID");
    private readonly Option<string[]> asUserExtra = Texts("--as-user-extra", "KEY=VALUE", "Act with more of an identity; may be repeated");
    private readonly Option<TimeSpan> requestTimeout = new("--request-timeout")
    {
        HelpName = "TIME",
        Description = "How long one request to the API server may take (default: 30s, 60s for a change)",
        Recursive = true,
        CustomParser = OptionParsers.RequestTimeout,
    };

    // A setting's value is read in one way wherever it is from.
    private readonly Dictionary<Setting, Option<string>> settings =
        KnownSettings.All.ToDictionary(setting => setting, setting => Text(setting.Flag, setting.HelpName, setting.Description, setting.Aliases));

    private Option[] All =>
    [
        ns, pod, container, profile, terminate, privileged, .. settings.Values, output, debug,
        kubeconfig, context, cluster, user, server, token,
        certificateAuthority, clientCertificate, clientKey, tlsServerName, skipTlsVerify,
        actAs, asGroups, asUid, asUserExtra, requestTimeout,
    ];

    public void AddTo(Command root)
    {
        output.AcceptOnlyFromAmong("text", "json");
        profile.AcceptOnlyFromAmong("general", "baseline", "restricted", "netadmin", "sysadmin");
        foreach (var option in All)
        {
            root.Options.Add(option);
        }
    }

    /// <summary>Leaves them out of a command's help, where they would bury its own.</summary>
    public void Hide()
    {
        foreach (var option in All)
        {
            option.Hidden = true;
        }
    }

    /// <summary>Whether the details of errors were asked for; also answered for a command line that is wrong elsewhere.</summary>
    public bool IsDebug(ParseResult result) => result.GetResult(debug) is { Implicit: false };

    /// <summary>Whether results are to be JSON.</summary>
    public bool IsJson(ParseResult result) => Given(result, output) == "json";

    /// <summary>The value of every setting.</summary>
    /// <exception cref="UsageException">One of them makes no sense.</exception>
    public EffectiveSettings Settings(ParseResult result, CommandContext command, SettingsFile file) =>
        EffectiveSettings.Find(setting => Given(result, settings[setting]), command.Variable, file);

    /// <exception cref="UsageException">A setting makes no sense.</exception>
    public GlobalRequest Bind(ParseResult result, CommandContext command)
    {
        var file = SettingsFile.Read(command.Variable);
        var effective = Settings(result, command, file);
        return new GlobalRequest
        {
            Namespace = Given(result, ns),
            Pod = result.GetResult(pod) is { Implicit: false } ? string.Join(',', result.GetValue(pod)!) : null,
            Container = Given(result, container),
            Mode = AccessModeOf(effective.Of(KnownSettings.Mode), Given(result, profile)),
            Profile = Given(result, profile) is { } named ? Enum.Parse<EphemeralProfile>(named, ignoreCase: true) : null,
            Terminate = result.GetValue(terminate),
            Json = IsJson(result),
            Timeout = effective.Of(KnownSettings.Timeout),
            DebugPod = DebugPodSettings.Read(effective, file) with { User = CommandContext.User, Privileged = result.GetValue(privileged) },
            Connection = new ConnectionOptions
            {
                Kubeconfig = Given(result, kubeconfig),
                Context = Given(result, context),
                Cluster = Given(result, cluster),
                User = Given(result, user),
                Server = Given(result, server),
                Token = Given(result, token),
                CertificateAuthority = Given(result, certificateAuthority),
                ClientCertificate = Given(result, clientCertificate),
                ClientKey = Given(result, clientKey),
                TlsServerName = Given(result, tlsServerName),
                SkipTlsVerify = result.GetValue(skipTlsVerify),
                As = Given(result, actAs),
                AsGroups = result.GetValue(asGroups) ?? [],
                AsUid = Given(result, asUid),
                AsUserExtra = [.. (result.GetValue(asUserExtra) ?? []).Select(KeyAndValue)],
                RequestTimeout = result.GetResult(requestTimeout) is { Implicit: false } ? result.GetValue(requestTimeout) : null,
            },
        };
    }

    private static AccessMode AccessModeOf(AccessMode mode, string? profile) => mode == AccessMode.Pod && profile is not null
        ? throw new UsageException($"--profile {profile} is for ephemeral containers, and a debug pod gets what the command needs", "--mode ephemeral goes with it")
        : mode;

    private static string? Given(ParseResult result, Option<string> option) =>
        result.GetResult(option) is { Implicit: false } ? result.GetValue(option) : null;

    private static KeyValuePair<string, string> KeyAndValue(string text) => text.Split('=', 2) is [{ Length: > 0 } key, var value]
        ? KeyValuePair.Create(key, value)
        : throw new UsageException($"--as-user-extra takes KEY=VALUE, not '{text}'");

    private static Option<string[]> Texts(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description, Recursive = true, Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    private static Option<string> Text(string name, string help, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = help, Description = description, Recursive = true };

    private static Option<bool> Flag(string name, string description, params string[] aliases) =>
        new(name, aliases) { Description = description, Recursive = true };
}

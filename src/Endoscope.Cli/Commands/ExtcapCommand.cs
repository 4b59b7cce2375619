using System.CommandLine;
using System.CommandLine.Parsing;
using Endoscope.Cli.Extcap;
using Endoscope.Cli.Output;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope extcap</c>: pods among the interfaces in Wireshark's own window.</summary>
internal sealed class ExtcapCommand : Command
{
    private readonly CommandContext context;
    private readonly Option<string> folder = new("--folder") { HelpName = "FOLDER", Description = "Wireshark's folder for extcaps (default: what tshark -G folders says)", Recursive = true };
    private readonly Option<bool> perPod = new("--interface-per-pod") { Description = "An interface for each pod of the namespace, besides the one with pickers" };

    public ExtcapCommand(GlobalOptions globals, CommandContext context)
        : base("extcap", "Let Wireshark capture from pods by itself: a Kubernetes entry among its interfaces")
    {
        this.context = context;
        Options.Add(folder);
        Subcommands.Add(Sub("install", "Put a launcher into Wireshark's folder; the options before extcap (-n, --context, -i …) are kept in it", globals, InstallAsync, perPod));
        Subcommands.Add(Sub("uninstall", "Remove it", globals, UninstallAsync));
        Subcommands.Add(Sub("status", "Tell whether it is there", globals, StatusAsync));
    }

    private static bool IsWindows => OperatingSystem.IsWindows();

    private static Command Sub(
        string name, string description, GlobalOptions globals, Func<ParseResult, GlobalOptions, CancellationToken, Task<int>> run, params ReadOnlySpan<Option> options)
    {
        var command = new Command(name, description);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        command.SetAction((result, cancellationToken) => run(result, globals, cancellationToken));
        return command;
    }

    private async Task<int> InstallAsync(ParseResult result, GlobalOptions globals, CancellationToken cancellationToken)
    {
        var request = globals.Bind(result, context);
        if (request.Connection.Token is not null)
        {
            throw new UsageException("--token would be written into a file", "a kubeconfig keeps it better");
        }

        var program = Environment.ProcessPath ?? throw new UsageException("this program does not know where it is");
        var path = await PathAsync(result, cancellationToken);
        RefuseForeign(path);
        var before = result.Tokens.TakeWhile(token => token.Type != TokenType.Command).Select(token => token.Value).ToList();
        var text = Launcher.Plan(
            IsWindows, program, Launcher.WithWholePaths(before), result.GetValue(perPod) ? ["--interface-per-pod"] : [], Variables());
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, text, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return Show(request, path, $"{path} is there: Wireshark, started anew, has 'Kubernetes pods' among its interfaces");
    }

    private async Task<int> UninstallAsync(ParseResult result, GlobalOptions globals, CancellationToken cancellationToken)
    {
        var path = await PathAsync(result, cancellationToken);
        RefuseForeign(path);
        var wasThere = File.Exists(path);
        File.Delete(path);
        return Show(globals.Bind(result, context), path, wasThere ? $"{path} is removed" : $"there is no {path}");
    }

    private async Task<int> StatusAsync(ParseResult result, GlobalOptions globals, CancellationToken cancellationToken)
    {
        var path = await PathAsync(result, cancellationToken);
        var isThere = IsOurs(path);
        Show(globals.Bind(result, context), path, isThere ? $"{path} is there" : $"{path} is not there: scope extcap install makes it");
        return isThere ? ExitCode.Done : ExitCode.Negative;
    }

    private int Show(GlobalRequest request, string path, string words)
    {
        if (request.Json)
        {
            Json.Write(context.Out, new ExtcapDocument(path, IsOurs(path)), CliJson.Default.ExtcapDocument);
        }
        else
        {
            context.Out.WriteLine(words);
        }

        return ExitCode.Done;
    }

    private async Task<string> PathAsync(ParseResult result, CancellationToken cancellationToken) => Path.Combine(
        Path.GetFullPath(result.GetValue(folder) ?? await WiresharkFolders.AskAsync(context.Variable, cancellationToken)), Launcher.Name(IsWindows));

    private static bool IsOurs(string path) => File.Exists(path) && Launcher.IsOurs(File.ReadAllText(path));

    private static void RefuseForeign(string path)
    {
        if (File.Exists(path) && !IsOurs(path))
        {
            throw new UsageException($"{path} is there, but scope did not make it", "look what it is, and remove it by hand");
        }
    }

    private List<KeyValuePair<string, string>> Variables()
    {
        List<KeyValuePair<string, string>> variables = [];
        if (context.Variable("KUBECONFIG") is { Length: > 0 } files)
        {
            variables.Add(new("KUBECONFIG", string.Join(Path.PathSeparator, files.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath))));
        }

        foreach (var name in (string[])["SCOPE_IMAGE", "PATH"])
        {
            if (context.Variable(name) is { Length: > 0 } value)
            {
                variables.Add(new(name, value));
            }
        }

        return variables;
    }
}

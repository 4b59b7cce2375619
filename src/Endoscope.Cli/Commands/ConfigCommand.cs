using System.CommandLine;
using Endoscope.Cli.Output;
using Endoscope.Cli.Settings;

namespace Endoscope.Cli.Commands;

/// <summary><c>scope config</c>: what is set, and where.</summary>
internal sealed class ConfigCommand : Command
{
    private readonly GlobalOptions globals;
    private readonly CommandContext context;

    public ConfigCommand(GlobalOptions globals, CommandContext context)
        : base("config", "Show the value of every setting and where it is from: a flag, a variable, the settings file, or the default")
    {
        (this.globals, this.context) = (globals, context);
        SetAction(Show);
        Subcommands.Add(PathCommand());
        Subcommands.Add(SetCommand());
        Subcommands.Add(UnsetCommand());
    }

    private int Show(ParseResult result)
    {
        var file = SettingsFile.Read(context.Variable);
        var settings = globals.Settings(result, context, file);
        if (globals.IsJson(result))
        {
            Json.Write(context.Out, SettingsDocument.From(file, settings), CliJson.Default.SettingsDocument);
            return ExitCode.Done;
        }

        var table = new Table(Column.Left("SETTING"), Column.Left("VALUE"), Column.Left("FROM"));
        foreach (var value in settings.All)
        {
            table.Add(value.Setting.Name, value.Text.Length > 0 ? value.Text : "-", value.Place);
        }

        context.Out.Write(table.Format(context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null));
        return ExitCode.Done;
    }

    private Command PathCommand()
    {
        var command = new Command("path", "Tell where the settings file is, or would be");
        command.SetAction(_ => context.Out.WriteLine(FilePath()));
        return command;
    }

    private Command SetCommand()
    {
        var name = Key();
        var value = new Argument<string>("value") { Description = "What it is set to" };
        var command = new Command("set", "Set a setting in the settings file") { name, value };
        command.SetAction(result =>
        {
            var (setting, text) = (KnownSettings.Named(result.GetValue(name)!), result.GetValue(value)!);
            try
            {
                setting.Check(text);
            }
            catch (FormatException e)
            {
                throw new UsageException($"{setting.Name}: {e.Message}", "scope --help shows what it takes");
            }

            Edit((before, path) => SettingsEdit.Set(before, path, setting.Name, text));
        });
        return command;
    }

    private Command UnsetCommand()
    {
        var name = Key();
        var command = new Command("unset", "Take a setting out of the settings file") { name };
        command.SetAction(result => Edit((before, path) => SettingsEdit.Unset(before, path, result.GetValue(name)!)));
        return command;
    }

    private static Argument<string> Key() => new("key") { Description = "The setting's name, such as idle" };

    private string FilePath() => SettingsFile.Locate(context.Variable, OperatingSystem.IsWindows(), OperatingSystem.IsMacOS())
        ?? throw new UsageException("there is no place for a settings file: neither HOME nor XDG_CONFIG_HOME is set", "set one of them");

    // The file is there whole at every moment; where it is a link, what it points to is changed.
    private void Edit(Func<string, string, string> change)
    {
        var path = FilePath();
        var file = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
        var before = File.Exists(file) ? SettingsFile.ReadText(file, "the settings file") : "";
        var after = change(before, path);
        if (after == before)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var next = $"{file}.{Environment.ProcessId}.new";
        try
        {
            if (File.Exists(file))
            {
                File.Copy(file, next);
            }

            File.WriteAllText(next, after);
            File.Move(next, file, overwrite: true);
        }
        finally
        {
            File.Delete(next);
        }
    }
}

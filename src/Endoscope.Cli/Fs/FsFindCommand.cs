using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Endoscope.Cli.Commands;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Fs;

/// <summary><c>scope fs find</c>: files of the target by name or by inode number.</summary>
internal sealed class FsFindCommand : TargetCommand
{
    private const int MostDepth = 255;

    private readonly CommandContext context;
    private readonly Argument<string> path = new("path") { Description = "The directory to begin in (default: /)", DefaultValueFactory = _ => "/" };
    private readonly Option<string> name = new("--name") { HelpName = "PATTERN", Description = "Files of this name; * and ? stand for other characters" };
    private readonly Option<ulong> inode = new("--inode", "-i") { HelpName = "NUMBER", Description = "Files of this inode number, as ls -i prints it", CustomParser = Inode };
    private readonly Option<string> type = new("--type") { HelpName = "f|d|l|p|s|c|b", Description = "Files of this kind: regular, directory, link, pipe, socket, device" };
    private readonly Option<int> depth = new("--depth")
    {
        HelpName = "NUMBER",
        Description = $"Descend into so many directories below the first (default: {MostDepth}, the most)",
        CustomParser = OptionParsers.Whole(0, MostDepth),
    };

    private readonly Option<bool> oneFileSystem = new("--xdev", "-x") { Description = "Stay on the first directory's file system: leave volumes out" };
    private readonly Option<bool> names = new("--names", "-1") { Description = "Only paths, one a line" };

    public FsFindCommand(GlobalOptions globals, CommandContext context)
        : base("find", "Find files of the target by name or inode number", globals, context)
    {
        this.context = context;
        type.AcceptOnlyFromAmong("f", "d", "l", "p", "s", "c", "b");
        Arguments.Add(path);
        Option[] own = [name, inode, type, depth, oneFileSystem, names];
        foreach (var option in own)
        {
            Options.Add(option);
        }
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var asked = new FindFilesRequest
        {
            Path = FilePath.Check(result.GetValue(path)),
            Name = result.GetValue(name),
            Inode = result.GetResult(inode) is null ? null : result.GetValue(inode),
            Kind = result.GetValue(type) switch { null => null, "f" => '-', var letter => letter[0] },
            Depth = result.GetResult(depth) is null ? MostDepth : result.GetValue(depth),
            OneFileSystem = result.GetValue(oneFileSystem),
        };
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Files, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(asked, "fs-find", cancellationToken);
        var answer = new FileAnswer(context);
        List<FileRecord> files = [];
        await answer.ReadAsync(session, Take, cancellationToken);
        if (files.Count > 0 || request.Json)
        {
            FileOutput.Write(context, request.Json, result.GetValue(names), asked.Path, files);
        }
        else
        {
            context.Tell($"nothing below {asked.Path} is like that");
        }

        return files.Count == 0 ? ExitCode.Negative : answer.ExitCode;

        ValueTask Take(Frame frame, CancellationToken token)
        {
            files.AddRange(AgentSession.ReadRecord(frame, ProtocolJson.Default.FileList).Files);
            return ValueTask.CompletedTask;
        }
    }

    private static ulong Inode(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"'{text}' is not an inode number");
        }

        return number;
    }
}

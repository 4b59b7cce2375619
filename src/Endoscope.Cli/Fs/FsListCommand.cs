using System.CommandLine;
using Endoscope.Cli.Commands;
using Endoscope.Cli.Output;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Fs;

/// <summary><c>scope fs ls</c>: what a directory of the target holds.</summary>
internal sealed class FsListCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> path = new("path") { Description = "The directory or file (default: /)", DefaultValueFactory = _ => "/" };
    private readonly Option<bool> itself = new("--directory", "-d") { Description = "Show a directory itself, not what it holds" };
    private readonly Option<bool> names = new("--names", "-1") { Description = "Only names, one a line" };

    public FsListCommand(GlobalOptions globals, CommandContext context)
        : base("ls", "List a directory of the target, hidden files and inode numbers too", globals, context)
    {
        this.context = context;
        Arguments.Add(path);
        Options.Add(itself);
        Options.Add(names);
    }

    protected override Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken) => RunAsync(
        request, new ListFilesRequest { Path = FilePath.Check(result.GetValue(path)), Itself = result.GetValue(itself) }, result.GetValue(names), cancellationToken);

    private async Task<int> RunAsync(GlobalRequest request, ListFilesRequest asked, bool onlyNames, CancellationToken cancellationToken)
    {
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Files, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(asked, "fs-ls", cancellationToken);
        var answer = new FileAnswer(context);
        List<FileRecord> files = [];
        await answer.ReadAsync(session, Take, cancellationToken);
        FileOutput.Write(context, request.Json, onlyNames, asked.Path, files);
        return answer.ExitCode;

        ValueTask Take(Frame frame, CancellationToken token)
        {
            files.AddRange(AgentSession.ReadRecord(frame, ProtocolJson.Default.FileList).Files);
            return ValueTask.CompletedTask;
        }
    }
}

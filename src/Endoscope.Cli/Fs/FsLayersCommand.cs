using System.CommandLine;
using System.Globalization;
using Endoscope.Cli.Commands;
using Endoscope.Cli.Output;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Sessions.Access;
using Endoscope.Terminal;

namespace Endoscope.Cli.Fs;

/// <summary><c>scope fs layers</c>: the directory on the node that holds a file of the target.</summary>
internal sealed class FsLayersCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> path = new("path") { Description = "The file or directory" };

    public FsLayersCommand(GlobalOptions globals, CommandContext context)
        : base("layers", "Name the overlay layer, or the volume, on the node that holds a file of the target", globals, context)
    {
        this.context = context;
        Arguments.Add(path);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var asked = new LocateFileRequest { Path = FilePath.Check(result.GetValue(path)) };
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.NodeFiles, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(asked, "fs-layers", cancellationToken);
        var answer = new FileAnswer(context);
        FileLocation? location = null;
        await answer.ReadAsync(session, Take, cancellationToken);
        Write(request.Json, FileLocationDocument.From(beside.Target, location ?? throw new SessionException("the agent answered without a location")));
        return answer.ExitCode;

        ValueTask Take(Frame frame, CancellationToken token)
        {
            location = AgentSession.ReadRecord(frame, ProtocolJson.Default.FileLocation);
            return ValueTask.CompletedTask;
        }
    }

    private void Write(bool json, FileLocationDocument found)
    {
        if (json)
        {
            Json.Write(context.Out, found, CliJson.Default.FileLocationDocument);
            return;
        }

        var table = new Table(Column.Right("INODE"), Column.Left("HELD BY"), Column.Left($"PATH ON NODE {found.Node}"));
        foreach (var place in found.Places)
        {
            table.Add(found.Inode.ToString(CultureInfo.InvariantCulture), place.HeldBy, place.Path ?? "-");
        }

        context.Out.Write(table.Format(width: null));
    }
}

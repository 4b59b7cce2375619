using System.CommandLine;
using Endoscope.Cli.Commands;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Fs;

/// <summary><c>scope fs cat</c>: a file's bytes to standard output.</summary>
internal sealed class FsCatCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> path = new("path") { Description = "The file" };

    public FsCatCommand(GlobalOptions globals, CommandContext context)
        : base("cat", "Write a file of the target to standard output, byte for byte", globals, context)
    {
        this.context = context;
        Arguments.Add(path);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var asked = new ReadFileRequest { Path = FilePath.Check(result.GetValue(path)) };
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Files, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(asked, "fs-cat", cancellationToken);
        var answer = new FileAnswer(context);
        await answer.ReadAsync(session, (frame, token) => context.Terminal.StandardOutput.WriteAsync(frame.Payload, token), cancellationToken);
        return answer.ExitCode;
    }
}

using System.CommandLine;
using Endoscope.Cli.Commands;
using Endoscope.Cli.Output;
using Endoscope.Protocol;
using Endoscope.Sessions.Access;

namespace Endoscope.Cli.Fs;

/// <summary><c>scope fs get</c>: a copy of a file, or of a directory and all below it.</summary>
internal sealed class FsGetCommand : TargetCommand
{
    private readonly CommandContext context;
    private readonly Argument<string> path = new("path") { Description = "The file or directory in the target" };
    private readonly Argument<string> destination = new("destination")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Where to, a directory that is there or a new name (default: the current directory)",
    };

    public FsGetCommand(GlobalOptions globals, CommandContext context)
        : base("get", "Fetch a file, or a directory and all below it; again after an interruption to go on from there", globals, context)
    {
        this.context = context;
        Arguments.Add(path);
        Arguments.Add(destination);
    }

    protected override async Task<int> RunAsync(ParseResult result, GlobalRequest request, CancellationToken cancellationToken)
    {
        var wanted = FilePath.Check(result.GetValue(path));
        var local = Place(wanted, result.GetValue(destination) ?? ".");
        var held = HeldFiles.FindAsync(local, cancellationToken);
        using var cluster = context.Connect(request.Connection);
        await using var beside = await EnterAsync(cluster, request, AccessNeeds.Files, anyContainerWillDo: false, cancellationToken);
        await using var session = await beside.StartAsync(new FetchFilesRequest { Path = wanted, Held = await held }, "fs-get", cancellationToken);
        var tree = new LocalTree(local);
        var answer = new FileAnswer(context);
        using var progress = new FetchProgress(context);
        await using var fetch = new FileFetch(tree, answer, progress);
        await answer.ReadAsync(session, fetch.TakeAsync, cancellationToken);
        tree.FinishDirectories();
        progress.Clear();
        Write(request.Json, new FetchDocument(wanted, tree.Destination, fetch.Files, fetch.Bytes, fetch.ResumedBytes, fetch.Held, !answer.IsIncomplete));
        return answer.ExitCode;
    }

    /// <summary>The local path of what is fetched, as cp(1) chooses it. Pure but for a look whether there is such a directory.</summary>
    internal static string Place(string wanted, string destination)
    {
        var name = wanted.TrimEnd('/').Split('/')[^1];
        if (!Directory.Exists(destination))
        {
            return destination;
        }

        return name is "" or "." or ".."
            ? throw new UsageException($"'{wanted}' gives the copy no name", "name the destination, too: fs get / ./root")
            : Path.Combine(destination, name);
    }

    private void Write(bool json, FetchDocument done)
    {
        if (json)
        {
            Json.Write(context.Out, done, CliJson.Default.FetchDocument);
            return;
        }

        var more = (done.ResumedBytes > 0 ? $", {Size.Format(done.ResumedBytes)} there from before" : "") + (done.Unchanged > 0 ? $", {done.Unchanged} unchanged" : "");
        context.Tell($"{(done.Files == 1 ? "1 file" : $"{done.Files} files")}, {Size.Format(done.Bytes)} to {done.Destination}{more}; checksums agree");
    }
}

using System.IO.Enumeration;
using Endoscope.Agent.Processes;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>The answers to requests for files, each made as it is taken.</summary>
internal static class FileAnswers
{
    // JSON may need six bytes for one character, and this much for the rest of a record. A frame may be larger; a client should not wait for it.
    private const int BytesPerCharacter = 6;
    private const int BytesPerRecord = 512;
    private const int FullList = 128 * 1024;

    /// <exception cref="AgentException">While an answer is being made: the file cannot be had.</exception>
    public static IEnumerable<Answer> To(FileRequest request, ProcessRecord process)
    {
        using var root = TargetRoot.Of(process.Pid);
        var answers = request switch
        {
            ListFilesRequest list => InLists(List(root, list)),
            FindFilesRequest find => InLists(Find(root, find)),
            ReadFileRequest read => FileContent.Read(root, read.Path),
            FetchFilesRequest fetch => FileContent.Fetch(root, fetch),
            LocateFileRequest locate => [Answer.Of(FrameType.FileLocation, OverlayLayers.Locate(root, process.Pid, locate.Path), ProtocolJson.Default.FileLocation)],
            _ => throw new AgentException(AgentErrorCode.Protocol, "the request is none that this agent knows"),
        };
        foreach (var answer in answers)
        {
            yield return answer;
        }
    }

    private static IEnumerable<Found> List(TargetRoot root, ListFilesRequest request)
    {
        var accounts = Accounts.Of(root);
        using var named = root.Open(request.Path, follow: request.Path.EndsWith('/'));
        using var target = named.Status.Kind == 'l' && !request.Itself ? TryDirectory(root, request.Path) : null;
        var file = target ?? named;
        if (request.Itself || file.Status.Kind != 'd')
        {
            yield return new Found(file.ToRecord(request.Path, accounts), null);
            yield break;
        }

        var error = file.TryReadNames(out var names);
        if (error != 0)
        {
            throw new AgentException(AgentErrorCode.File, $"cannot read the directory '{request.Path}': {TargetFile.Reason(error)}");
        }

        foreach (var name in names)
        {
            var text = FileNames.Text(name);
            var failed = file.TryOpenChild(name, out var child);
            using (child)
            {
                yield return failed == 0 ? new Found(child!.ToRecord(text, accounts), null) : new Found(null, $"cannot look at '{text}': {TargetFile.Reason(failed)}");
            }
        }
    }

    private static IEnumerable<Found> Find(TargetRoot root, FindFilesRequest request)
    {
        var accounts = Accounts.Of(root);
        using var top = root.Open(request.Path);
        foreach (var step in FileWalk.From(top, request.Path, request.Depth, request.OneFileSystem))
        {
            if (step.File is not { } file)
            {
                yield return new Found(null, step.Problem);
                continue;
            }

            var name = step.Path[(step.Path.LastIndexOf('/') + 1)..];
            var matches = (request.Inode is null || file.Status.Inode == request.Inode)
                && (request.Kind is null || file.Status.Kind == request.Kind)
                && (request.Name is null || FileSystemName.MatchesSimpleExpression(request.Name, name, ignoreCase: false));
            yield return new Found(matches ? file.ToRecord(step.Path, accounts) : null, null);
        }
    }

    private static TargetFile? TryDirectory(TargetRoot root, string path)
    {
        try
        {
            var file = root.Open(path);
            if (file.Status.Kind == 'd')
            {
                return file;
            }

            file.Dispose();
        }
        catch (AgentException)
        {
            // A link that leads nowhere is shown itself.
        }

        return null;
    }

    private static IEnumerable<Answer> InLists(IEnumerable<Found> found)
    {
        List<FileRecord> list = [];
        var (size, seen) = (0, 0);
        foreach (var (file, problem) in found)
        {
            if (problem is not null)
            {
                yield return Answer.Problem(problem);
            }

            if (file is not null)
            {
                list.Add(file);
                size += BytesPerRecord + ((file.Name.Length + (file.LinkTarget?.Length ?? 0)) * BytesPerCharacter);
            }
            else if (++seen % 256 == 0)
            {
                yield return Answer.Alive;
            }

            if (size > FullList)
            {
                yield return Answer.Of(FrameType.Files, new FileList(list), ProtocolJson.Default.FileList);
                (list, size) = ([], 0);
            }
        }

        yield return Answer.Of(FrameType.Files, new FileList(list), ProtocolJson.Default.FileList);
    }

    private readonly record struct Found(FileRecord? File, string? Problem);
}

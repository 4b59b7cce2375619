using System.Buffers.Binary;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;

namespace Endoscope.Cli.Fs;

/// <summary>Puts the frames of a fetch into files.</summary>
internal sealed class FileFetch(LocalTree tree, FileAnswer answer, FetchProgress progress) : IAsyncDisposable
{
    private FileStart? file;
    private FilePart? part;
    private string path = "";
    private long position;

    /// <summary>Regular files that came now.</summary>
    public int Files { get; private set; }

    /// <summary>Regular files that were there already.</summary>
    public int Held { get; private set; }

    /// <summary>Bytes that came now.</summary>
    public long Bytes { get; private set; }

    /// <summary>Bytes that an earlier attempt had left.</summary>
    public long ResumedBytes { get; private set; }

    public async ValueTask TakeAsync(Frame frame, CancellationToken cancellationToken)
    {
        switch (frame.Type)
        {
            case FrameType.FileStart:
                await BeginAsync(AgentSession.ReadRecord(frame, ProtocolJson.Default.FileStart), cancellationToken);
                break;
            case FrameType.FilePosition:
                position = frame.Payload.Length == sizeof(long) && BinaryPrimitives.ReadInt64BigEndian(frame.Payload.Span) is >= 0 and <= FilePart.LongestFile and var next
                    ? next
                    : throw Broken("a position that is none");
                break;
            case FrameType.Output:
                await WriteAsync(frame.Payload, cancellationToken);
                break;
            case FrameType.FileEnd:
                await EndAsync(AgentSession.ReadRecord(frame, ProtocolJson.Default.FileEnd));
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (part is not null)
        {
            await part.DisposeAsync();
        }
    }

    private static ConnectionLostException Broken(string how) => new($"the agent's stream is broken: {how}");

    private async Task BeginAsync(FileStart start, CancellationToken cancellationToken)
    {
        await DisposeAsync();
        (file, position, part) = (start, start.From, null);
        try
        {
            path = tree.Claim(start.File.Name);
            if (start.File.Kind != 'd' && new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
            {
                throw new LocalPathException($"'{Name}' is left out: {path} is a directory");
            }

            switch (start.File.Kind)
            {
                case 'd':
                    tree.MakeDirectory(path, start.File);
                    break;
                case 'l':
                    LocalTree.MakeLink(path, start.File);
                    break;
                case '-' when start.IsHeld:
                    Held++;
                    break;
                case '-':
                    part = await FilePart.OpenAsync(path, start.From, cancellationToken);
                    ResumedBytes += start.From;
                    break;
            }
        }
        catch (LocalPathException e)
        {
            Problem(e.Message);
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (file is null || position > FilePart.LongestFile)
        {
            throw Broken("bytes of no file");
        }

        if (part is not null)
        {
            await part.WriteAsync(position, chunk, cancellationToken);
        }

        Bytes += chunk.Length;
        position += chunk.Length;
        progress.Report(chunk.Length, Name, position, file.File.Size);
    }

    private async Task EndAsync(FileEnd end)
    {
        if (part is null)
        {
            return;
        }

        var isWhole = end.Size is >= 0 and <= FilePart.LongestFile ? part.Finish(end) : throw Broken("a length that is none");
        await part.DisposeAsync();
        if (end.Problem is not null)
        {
            File.Delete(part.Path);
            Problem(end.Problem);
        }
        else if (!isWhole)
        {
            File.Delete(part.Path);
            throw new SessionException($"the checksum of '{Name}' differs from what the agent read", "try again; the file was not kept");
        }
        else
        {
            LocalTree.Finish(part.Path, path, file!.File);
            Files++;
        }

        part = null;
    }

    private string Name => file!.File.Name.Length > 0 ? file.File.Name : Path.GetFileName(tree.Destination);

    private void Problem(string line)
    {
        progress.Clear();
        answer.TellProblem(line);
    }
}

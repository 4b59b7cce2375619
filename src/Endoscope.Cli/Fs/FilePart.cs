using System.IO.Hashing;
using System.Text;
using Endoscope.Kubernetes;
using Endoscope.Protocol;

namespace Endoscope.Cli.Fs;

/// <summary>A file that is being fetched: it grows beside its place under a name of its own, where the next attempt finds it.</summary>
internal sealed class FilePart : IAsyncDisposable
{
    /// <summary>No file system holds longer ones (8 EiB less what is read at once).</summary>
    public const long LongestFile = long.MaxValue - (1 << 30);

    private const string Prefix = ".";
    private const string Suffix = ".scope-part";
    private const int LongestName = 255;

    private readonly FileStream stream;
    private FileDigest digest = new();

    private FilePart(string path, FileStream stream) => (Path, this.stream) = (path, stream);

    /// <summary>Where it grows.</summary>
    public string Path { get; }

    /// <summary>The part of a file. Where the file's own name is nearly as long as names can be, a later attempt does not know it.</summary>
    public static string PathFor(string path)
    {
        var (directory, name) = (System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileName(path));
        var bytes = Encoding.UTF8.GetBytes(name);
        return System.IO.Path.Combine(
            directory, Prefix + (bytes.Length + Prefix.Length + Suffix.Length <= LongestName ? name : Convert.ToHexStringLower(XxHash64.Hash(bytes))) + Suffix);
    }

    /// <summary>The name of the file whose part has this name; null where it is no part.</summary>
    public static string? NameOf(string partName) =>
        partName.StartsWith(Prefix, StringComparison.Ordinal) && partName.EndsWith(Suffix, StringComparison.Ordinal) && partName.Length > Prefix.Length + Suffix.Length
            ? partName[Prefix.Length..^Suffix.Length]
            : null;

    /// <summary>Begins, or goes on after so many bytes that the agent has found to be right.</summary>
    /// <exception cref="ConnectionLostException">There are not so many bytes.</exception>
    public static async Task<FilePart> OpenAsync(string path, long from, CancellationToken cancellationToken)
    {
        var part = PathFor(path);
        if (new FileInfo(part).LinkTarget is not null)
        {
            throw new LocalPathException($"'{path}' is left out: {part} is a link");
        }

        var stream = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        var opened = new FilePart(part, stream);
        try
        {
            stream.SetLength(from >= 0 && from <= stream.Length && from % FileDigest.Chunk == 0
                ? from
                : throw new ConnectionLostException($"the agent's stream is broken: it goes on after {from} bytes of a file of which {stream.Length} are there"));
            opened.digest = await DigestAsync(stream, from, cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>What there is of a file from an earlier attempt; null where there is nothing to go on from.</summary>
    /// <param name="relative">The path by which the agent knows the file.</param>
    public static async Task<HeldFile?> HeldAsync(string path, string relative, CancellationToken cancellationToken)
    {
        var part = new FileInfo(PathFor(path));
        if (!part.Exists || part.LinkTarget is not null || part.Length < FileDigest.Chunk)
        {
            return null;
        }

        var length = part.Length - (part.Length % FileDigest.Chunk);
        await using var stream = part.OpenRead();
        return new HeldFile(relative, length, Digest: (await DigestAsync(stream, length, cancellationToken)).Current);
    }

    /// <summary>Writes a chunk; what is skipped is a hole.</summary>
    public async ValueTask WriteAsync(long position, ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        digest.Add(position, chunk.Span);
        stream.Position = position;
        await stream.WriteAsync(chunk, cancellationToken);
    }

    /// <summary>Gives the file its length, and says whether it is what the agent read.</summary>
    public bool Finish(FileEnd end)
    {
        stream.SetLength(end.Size);
        return digest.Finish(end.Size) == end.Digest;
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static async Task<FileDigest> DigestAsync(FileStream stream, long length, CancellationToken cancellationToken)
    {
        var digest = new FileDigest();
        var chunk = new byte[FileDigest.Chunk];
        stream.Position = 0;
        for (long position = 0; position < length; position += chunk.Length)
        {
            await stream.ReadExactlyAsync(chunk, cancellationToken);
            if (!FileDigest.IsZero(chunk))
            {
                digest.Add(position, chunk);
            }
        }

        return digest;
    }
}

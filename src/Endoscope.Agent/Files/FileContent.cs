using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>The bytes of files, in chunks of <see cref="FileDigest.Chunk"/>.</summary>
internal static class FileContent
{
    /// <summary>One file's bytes, all of them.</summary>
    public static IEnumerable<Answer> Read(TargetRoot root, string path)
    {
        using var file = root.Open(path);
        var content = OpenRegular(file, path);
        try
        {
            var chunk = new byte[FileDigest.Chunk];
            for (long position = 0; ;)
            {
                var got = Descriptor.ReadAt(content, chunk, position);
                if (got < 0)
                {
                    throw new AgentException(AgentErrorCode.File, $"cannot read '{path}' from byte {position} on: {TargetFile.Reason(Descriptor.LastError)}");
                }

                if (got == 0)
                {
                    yield break;
                }

                position += got;
                yield return new Answer(FrameType.Output, chunk.AsMemory(0, (int)got));
            }
        }
        finally
        {
            Descriptor.Close(ref content);
        }
    }

    /// <summary>A file, or a directory and all below it.</summary>
    public static IEnumerable<Answer> Fetch(TargetRoot root, FetchFilesRequest request)
    {
        var accounts = Accounts.Of(root);
        var held = request.Held.ToLookup(file => file.Path);
        using var top = root.Open(request.Path);
        if (top.Status.Kind is not ('-' or 'd'))
        {
            throw NotRegular(top.Status.Kind, request.Path);
        }

        foreach (var step in FileWalk.From(top, "", FileWalk.MostDepth, oneFileSystem: false))
        {
            if (step.File is not { } file)
            {
                yield return Answer.Problem(step.Problem!);
                continue;
            }

            var record = file.ToRecord(step.Path, accounts);
            if (record.Kind is not ('-' or 'd' or 'l'))
            {
                yield return Answer.Problem($"'{step.Path}' is left out: it is {What(record.Kind)}");
                continue;
            }

            var isHeld = held[step.Path].Any(one => one.Digest is null && one.Size == record.Size && one.Modified == record.Modified);
            if (record.Kind != '-' || isHeld)
            {
                yield return Start(record, 0, isHeld);
                continue;
            }

            foreach (var answer in FetchOne(file, record, held[step.Path].FirstOrDefault(one => one.Digest is not null)))
            {
                yield return answer;
            }
        }
    }

    private static IEnumerable<Answer> FetchOne(TargetFile file, FileRecord record, HeldFile? part)
    {
        var error = file.TryOpenForReading(out var content);
        if (error != 0)
        {
            yield return Answer.Problem($"cannot read '{record.Name}': {TargetFile.Reason(error)}");
            yield break;
        }

        try
        {
            var chunk = new byte[FileDigest.Chunk];
            var digest = new FileDigest();

            // What the client has counts only if it is what the file holds; checking that takes reading it here, not sending it.
            long from = 0;
            if (part is not null && part.Size <= record.Size && part.Size % FileDigest.Chunk == 0)
            {
                var seen = 0;
                foreach (var _ in Chunks(content, 0, part.Size, chunk, digest))
                {
                    if (++seen % 256 == 0)
                    {
                        yield return Answer.Alive;
                    }
                }

                (from, digest) = digest.Current == part.Digest ? (part.Size, digest) : (0, new FileDigest());
            }

            yield return Start(record, from, isHeld: false);
            var (position, end) = (from, record.Size);
            string? problem = null;

            // Files of the kernel say that they are empty; a file that grows is fetched as long as it was.
            foreach (var (at, length, failed) in Chunks(content, from, record.Size == 0 ? long.MaxValue : record.Size, chunk, digest))
            {
                problem = failed == 0 ? null : $"cannot read '{record.Name}' from byte {at} on: {TargetFile.Reason(failed)}";
                end = length < FileDigest.Chunk ? at + length : Math.Max(end, at + length);
                if (length == 0)
                {
                    break;
                }

                if (at != position)
                {
                    yield return Position(at);
                }

                position = at + length;
                yield return new Answer(FrameType.Output, chunk.AsMemory(0, length));
            }

            yield return Answer.Of(
                FrameType.FileEnd, new FileEnd { Size = end, Digest = digest.Finish(end), Problem = problem }, ProtocolJson.Default.FileEnd);
        }
        finally
        {
            Descriptor.Close(ref content);
        }
    }

    // The chunks that are not all zeros, counted into the digest; the last has no bytes where the file ended or could not be read.
    private static IEnumerable<(long At, int Length, int Error)> Chunks(int content, long from, long limit, byte[] chunk, FileDigest digest)
    {
        for (var at = from; at < limit;)
        {
            var data = Descriptor.Seek(content, at, OpenFlags.SeekData);
            if (data < 0 && Descriptor.LastError == Errno.NoSuchAddress && limit != long.MaxValue)
            {
                // Nothing but a hole up to the end, or an end that came nearer.
                var shrunk = Descriptor.Seek(content, 0, OpenFlags.SeekEnd);
                if (shrunk >= 0 && shrunk < limit)
                {
                    yield return (shrunk, 0, 0);
                }

                yield break;
            }

            at = data > at ? Math.Min(data - (data % FileDigest.Chunk), limit) : at;
            var wanted = (int)Math.Min(FileDigest.Chunk, limit - at);
            var got = Descriptor.ReadFullyAt(content, chunk.AsSpan(0, wanted), at, out var error);
            if (got > 0 && !FileDigest.IsZero(chunk.AsSpan(0, got)))
            {
                digest.Add(at, chunk.AsSpan(0, got));
                yield return (at, got, error);
            }

            at += got;
            if (got < wanted)
            {
                yield return (at, 0, error);
                yield break;
            }
        }
    }

    private static int OpenRegular(TargetFile file, string path)
    {
        if (file.Status.Kind != '-')
        {
            throw NotRegular(file.Status.Kind, path);
        }

        var error = file.TryOpenForReading(out var content);
        return error == 0 ? content : throw new AgentException(AgentErrorCode.File, $"cannot read '{path}': {TargetFile.Reason(error)}");
    }

    private static Answer Start(FileRecord record, long from, bool isHeld) =>
        Answer.Of(FrameType.FileStart, new FileStart { File = record, From = from, IsHeld = isHeld }, ProtocolJson.Default.FileStart);

    private static Answer Position(long position)
    {
        var payload = new byte[sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(payload, position);
        return new Answer(FrameType.FilePosition, payload);
    }

    private static AgentException NotRegular(char kind, string path) => new(AgentErrorCode.File, $"'{path}' is {What(kind)}");

    private static string What(char kind) => kind switch
    {
        'd' => "a directory",
        'c' or 'b' => "a device",
        'p' => "a pipe",
        's' => "a socket",
        _ => "no regular file",
    };
}

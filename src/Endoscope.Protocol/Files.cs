namespace Endoscope.Protocol;

/// <summary>Asks about files of the target, as the target's container sees them.</summary>
public abstract record FileRequest : AgentRequest
{
    /// <summary>The path in the target, from its root directory; the target's links in it are followed, within that root.</summary>
    public required string Path { get; init; }
}

/// <summary>Asks for what a directory holds, or for one file's description; the answer is <see cref="FrameType.Files"/>.</summary>
public sealed record ListFilesRequest : FileRequest
{
    /// <summary>Whether a directory itself is meant and not what it holds.</summary>
    public bool Itself { get; init; }
}

/// <summary>Asks for the files below a directory that match; the answer is <see cref="FrameType.Files"/>, their names being whole paths.</summary>
public sealed record FindFilesRequest : FileRequest
{
    /// <summary>The file's name, in which <c>*</c> and <c>?</c> stand for other characters; null: any.</summary>
    public string? Name { get; init; }

    /// <summary>The file's inode number; null: any.</summary>
    public ulong? Inode { get; init; }

    /// <summary>One of the letters of <see cref="FileRecord.Kind"/>; null: any.</summary>
    public char? Kind { get; init; }

    /// <summary>How many directories below the first are descended into.</summary>
    public required int Depth { get; init; }

    /// <summary>Whether other mounts, such as volumes, are left out.</summary>
    public bool OneFileSystem { get; init; }
}

/// <summary>Asks for a file's bytes, which come as <see cref="FrameType.Output"/>.</summary>
public sealed record ReadFileRequest : FileRequest;

/// <summary>
/// Asks for a file, or for all that is below a directory: for each a <see cref="FrameType.FileStart"/> and, for a regular file that is not
/// held already, its bytes as <see cref="FrameType.Output"/> and a <see cref="FrameType.FileEnd"/>. Chunks of nothing but zeros are left out.
/// </summary>
public sealed record FetchFilesRequest : FileRequest
{
    /// <summary>What the client has of an earlier time.</summary>
    public IReadOnlyList<HeldFile> Held { get; init => field = value ?? []; } = [];
}

/// <summary>Asks where on the node a file is kept; the answer is <see cref="FrameType.FileLocation"/>.</summary>
public sealed record LocateFileRequest : FileRequest;

/// <summary>A file that the client has, whole or in part.</summary>
/// <param name="Path">Its path below what is fetched; empty for that itself.</param>
/// <param name="Size">Its length in bytes; of a part: a multiple of <see cref="FileDigest.Chunk"/>.</param>
/// <param name="Modified">When the whole file was last written; null for a part.</param>
/// <param name="Digest">The <see cref="FileDigest"/> of a part so far; null for a whole file.</param>
public sealed record HeldFile(string Path, long Size, DateTimeOffset? Modified = null, string? Digest = null);

/// <summary>Files, in the payload of one frame; a long list comes in several.</summary>
public sealed record FileList(IReadOnlyList<FileRecord> Files);

/// <summary>One file as the target sees it. What is not UTF-8 in names is written as <c>\xff</c>.</summary>
public sealed record FileRecord
{
    /// <summary>Its name; where a request says so, its path.</summary>
    public required string Name { get; init; }

    /// <summary><c>-</c> regular, <c>d</c> directory, <c>l</c> link, <c>c</c> and <c>b</c> devices, <c>p</c> pipe, <c>s</c> socket.</summary>
    public required char Kind { get; init; }

    /// <summary>Permissions: the lowest twelve bits of st_mode.</summary>
    public required int Mode { get; init; }

    /// <summary>How many names it has.</summary>
    public required long Links { get; init; }

    /// <summary>Its owner's number.</summary>
    public required uint UserId { get; init; }

    /// <summary>Its group's number.</summary>
    public required uint GroupId { get; init; }

    /// <summary>Its owner's name in the target's /etc/passwd, if it has one there.</summary>
    public string? User { get; init; }

    /// <summary>Its group's name in the target's /etc/group, if it has one there.</summary>
    public string? Group { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>What it takes on its file system, in bytes.</summary>
    public required long Allocated { get; init; }

    /// <summary>When it was last written.</summary>
    public required DateTimeOffset Modified { get; init; }

    /// <summary>Its inode number, which names it on its device.</summary>
    public required ulong Inode { get; init; }

    /// <summary>The device of its file system: major and minor number.</summary>
    public required string Device { get; init; }

    /// <summary>Where a link leads.</summary>
    public string? LinkTarget { get; init; }
}

/// <summary>The start of one fetched file.</summary>
public sealed record FileStart
{
    /// <summary>The file; its name is its path below what is fetched, empty for that itself.</summary>
    public required FileRecord File { get; init; }

    /// <summary>From which byte on its content follows: after what the client has, or 0.</summary>
    public required long From { get; init; }

    /// <summary>The client has it whole already: no content follows.</summary>
    public bool IsHeld { get; init; }
}

/// <summary>The end of a regular file's content.</summary>
public sealed record FileEnd
{
    /// <summary>Its length in bytes, as it was read.</summary>
    public required long Size { get; init; }

    /// <summary>The <see cref="FileDigest"/> of the whole file.</summary>
    public required string Digest { get; init; }

    /// <summary>Why it could not be read to its end; null where it was.</summary>
    public string? Problem { get; init; }
}

/// <summary>Where a file of the target is kept on its node.</summary>
public sealed record FileLocation
{
    /// <summary>The file; its name is its path in the target, all links followed.</summary>
    public required FileRecord File { get; init; }

    /// <summary>The directory in the target where its file system is mounted.</summary>
    public required string MountPoint { get; init; }

    /// <summary>The kind of that file system, such as <c>overlay</c> or <c>ext4</c>.</summary>
    public required string FileSystem { get; init; }

    /// <summary>What is mounted: a device, or a word.</summary>
    public required string Source { get; init; }

    /// <summary>The path on the node, where it is no overlay and can be reached there; else null.</summary>
    public string? NodePath { get; init; }

    /// <summary>The layers of an overlay, the uppermost first; empty for any other file system.</summary>
    public IReadOnlyList<FileLayer> Layers { get; init => field = value ?? []; } = [];
}

/// <summary>One layer of an overlay.</summary>
/// <param name="Directory">Its directory on the node.</param>
/// <param name="IsWritable">Whether it is the container's own, above those of its image.</param>
/// <param name="Holds">Whether it holds the file that the target sees; of a directory several layers hold a part.</param>
public sealed record FileLayer(string Directory, bool IsWritable, bool Holds);

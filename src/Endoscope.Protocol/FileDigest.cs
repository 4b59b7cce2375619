using System.Buffers.Binary;
using System.IO.Hashing;

namespace Endoscope.Protocol;

/// <summary>
/// A checksum (XXH128) of a file's content, taken chunk by chunk. Chunks of nothing but zeros do not count, so that the holes of a sparse
/// file cost nothing, and it does not matter whether they are holes.
/// </summary>
public sealed class FileDigest
{
    /// <summary>The length of all chunks but the last; each begins at a multiple of it.</summary>
    public const int Chunk = 64 * 1024;

    private readonly XxHash128 hash = new();

    /// <summary>Counts a chunk that is not all zeros.</summary>
    public void Add(long position, ReadOnlySpan<byte> chunk)
    {
        AddNumber(position);
        hash.Append(chunk);
    }

    /// <summary>The checksum so far, in hexadecimal digits.</summary>
    public string Current => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>The checksum of a file of this length.</summary>
    public string Finish(long size)
    {
        AddNumber(size);
        return Current;
    }

    /// <summary>Whether a chunk would not count.</summary>
    public static bool IsZero(ReadOnlySpan<byte> chunk) => !chunk.ContainsAnyExcept((byte)0);

    private void AddNumber(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }
}

using System.Text;

namespace Endoscope.Sessions;

/// <summary>Makes lines of a tool's bytes as they come. A line without end is cut at 64 KiB.</summary>
public sealed class LineSplitter
{
    private const int Longest = 64 * 1024;
    private readonly List<byte> rest = [];

    /// <summary>The lines that these bytes complete, without their ends; what is not UTF-8 is replaced.</summary>
    public IReadOnlyList<string> Add(ReadOnlySpan<byte> bytes)
    {
        List<string> lines = [];
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(Longest - rest.Count, bytes.Length)];
            var end = part.IndexOf((byte)'\n');
            rest.AddRange(end < 0 ? part : part[..end]);
            bytes = bytes[(end < 0 ? part.Length : end + 1)..];
            if (end >= 0 || rest.Count == Longest)
            {
                lines.Add(Take());
            }
        }

        return lines;
    }

    /// <summary>What came after the last line end, or null where nothing did.</summary>
    public string? Rest() => rest.Count == 0 ? null : Take();

    private string Take()
    {
        var line = Encoding.UTF8.GetString([.. rest]).TrimEnd('\r');
        rest.Clear();
        return line;
    }
}

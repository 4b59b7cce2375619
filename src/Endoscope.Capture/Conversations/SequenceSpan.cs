namespace Endoscope.Capture.Conversations;

/// <summary>Numbers of a TCP stream: what is left of a segment after parts were taken away. They begin again after 2^32.</summary>
internal sealed class SequenceSpan
{
    private readonly List<(uint Start, int Length)> parts = [];

    public SequenceSpan(uint start, int length) => parts.Add((start, length));

    /// <summary>Whether nothing is left.</summary>
    public bool IsEmpty => parts.Count == 0;

    /// <summary>How many numbers are left.</summary>
    public int Length => parts.Sum(part => part.Length);

    /// <summary>Takes away from both what they have in common.</summary>
    /// <returns>Whether that was anything.</returns>
    public bool TakeCommon(SequenceSpan other)
    {
        var isAny = false;
        for (var i = 0; i < parts.Count; i++)
        {
            for (var j = 0; j < other.parts.Count && i < parts.Count; j++)
            {
                var ahead = unchecked((int)(other.parts[j].Start - parts[i].Start));
                var (from, to) = (Math.Max(ahead, 0), Math.Min((long)parts[i].Length, (long)ahead + other.parts[j].Length));
                if (from < to)
                {
                    var start = unchecked(parts[i].Start + (uint)from);
                    Cut(parts, i, start, (int)(to - from));
                    Cut(other.parts, j, start, (int)(to - from));
                    (i, j, isAny) = (0, -1, true);
                }
            }
        }

        return isAny;
    }

    private static void Cut(List<(uint Start, int Length)> parts, int index, uint start, int length)
    {
        var whole = parts[index];
        parts.RemoveAt(index);
        var before = unchecked((int)(start - whole.Start));
        if (whole.Length > before + length)
        {
            parts.Insert(index, (unchecked(start + (uint)length), whole.Length - before - length));
        }

        if (before > 0)
        {
            parts.Insert(index, (whole.Start, before));
        }
    }
}

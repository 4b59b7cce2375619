namespace Endoscope.Cli.Output.Graph;

/// <summary>What a key asks of the graph.</summary>
internal enum GraphKey
{
    LineUp,
    LineDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
    NextSort,
    Redraw,
    Suspend,
    Quit,
}

/// <summary>Reads keys out of the bytes of a raw terminal.</summary>
internal static class GraphKeys
{
    private const char Escape = '\e';

    /// <summary>The keys among the bytes; those that mean nothing here are left out.</summary>
    public static IEnumerable<GraphKey> Parse(string bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            GraphKey? key;
            if (bytes[i] == Escape && i + 1 < bytes.Length && bytes[i + 1] is '[' or 'O')
            {
                var end = i + 2;
                while (end < bytes.Length - 1 && bytes[end] is >= '0' and <= '?')
                {
                    end++;
                }

                key = OfSequence(end < bytes.Length ? bytes[(i + 2)..(end + 1)] : "");
                i = end;
            }
            else
            {
                key = OfCharacter(bytes[i]);
            }

            if (key is { } known)
            {
                yield return known;
            }
        }
    }

    private static GraphKey? OfSequence(string sequence) => sequence switch
    {
        "A" => GraphKey.LineUp,
        "B" => GraphKey.LineDown,
        "5~" => GraphKey.PageUp,
        "6~" => GraphKey.PageDown,
        "H" or "1~" or "7~" => GraphKey.Top,
        "F" or "4~" or "8~" => GraphKey.Bottom,
        _ => null,
    };

    private static GraphKey? OfCharacter(char character) => character switch
    {
        'k' => GraphKey.LineUp,
        'j' => GraphKey.LineDown,
        'b' or '\u0002' or '\u0015' => GraphKey.PageUp,
        ' ' or 'f' or '\u0006' or '\u0004' => GraphKey.PageDown,
        'g' => GraphKey.Top,
        'G' => GraphKey.Bottom,
        's' => GraphKey.NextSort,
        '\u000c' => GraphKey.Redraw,
        '\u001a' => GraphKey.Suspend,
        'q' or 'Q' or '\u0003' => GraphKey.Quit,
        _ => null,
    };
}

namespace Endoscope.Sessions;

/// <summary>The names that somebody may have meant who wrote one that is not there. Pure.</summary>
public static class CloseNames
{
    private const int Most = 3;
    private const int LettersPerSlip = 4;

    /// <summary>
    /// The best first, a few at most: those that begin as the written name does, as a pod's with its Deployment's, and those that differ by
    /// slips of the keys: a letter wrong, missing, too many, or two the wrong way round.
    /// </summary>
    public static string[] Of(string written, IEnumerable<string> names) =>
    [
        .. names.Select(name => (Name: name, Slips: Slips(written, name)))
            .Where(one => one.Slips <= Math.Max(1, written.Length / LettersPerSlip) || (written.Length > 1 && one.Name.StartsWith(written, StringComparison.Ordinal)))
            .OrderBy(one => one.Slips).ThenBy(one => one.Name, StringComparer.Ordinal)
            .Take(Most).Select(one => one.Name),
    ];

    /// <summary><c>did you mean a, b or c?</c>, or null where there are none.</summary>
    public static string? Question(string[] names) => names switch
    {
        [] => null,
        [var only] => $"did you mean {only}?",
        [.. var others, var last] => $"did you mean {string.Join(", ", others)} or {last}?",
    };

    /// <summary>The fewest slips that make one text of the other (optimal string alignment distance).</summary>
    private static int Slips(string from, string to)
    {
        var (before, last, next) = (new int[to.Length + 1], Enumerable.Range(0, to.Length + 1).ToArray(), new int[to.Length + 1]);
        for (var i = 1; i <= from.Length; i++)
        {
            next[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                next[j] = Math.Min(Math.Min(last[j], next[j - 1]) + 1, last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
                }
            }

            (before, last, next) = (last, next, before);
        }

        return last[to.Length];
    }
}

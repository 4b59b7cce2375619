namespace Endoscope.Cli.Output.Graph;

/// <summary>Fits names into a column. Names of pods differ at their ends and at their starts, so the middle is left out.</summary>
internal static class NameColumn
{
    /// <summary>The names, each at most <paramref name="width"/> long; those that differ still do wherever that can be had.</summary>
    public static IReadOnlyDictionary<string, string> Fit(IEnumerable<string> names, int width, string ellipsis)
    {
        var all = names.Distinct().ToArray();
        var room = Math.Max(1, width - ellipsis.Length);
        var best = new Dictionary<string, string>();
        foreach (var head in Heads(room))
        {
            var fitted = all.ToDictionary(name => name, name => Shorten(name, width, head, room - head, ellipsis));
            var distinct = fitted.Values.Distinct().Count();
            if (best.Count == 0 || distinct > best.Values.Distinct().Count())
            {
                best = fitted;
            }

            if (distinct == all.Length)
            {
                break;
            }
        }

        return best;
    }

    // Half and half reads best; then more of the end, where replicas differ; then more of the start.
    private static IEnumerable<int> Heads(int room)
    {
        var half = room / 2;
        yield return half;
        for (var shift = 1; shift <= half; shift++)
        {
            yield return half - shift;
            yield return half + shift;
        }
    }

    private static string Shorten(string name, int width, int head, int tail, string ellipsis) =>
        name.Length <= width ? name : width <= ellipsis.Length ? name[..width] : name[..head] + ellipsis + name[^tail..];
}

using System.Text.RegularExpressions;

namespace Endoscope.EndToEnd.Tests;

/// <summary>A command of a page below docs/tasks, and what the page says that it prints.</summary>
/// <param name="Command">The command line, for a shell.</param>
/// <param name="Shown">The lines shown below it; a <c>…</c> stands for anything.</param>
/// <param name="IsInterrupted">Whether the page shows <c>^C</c>: it runs until it is interrupted, after the last line shown.</param>
public sealed record TaskStep(string Command, IReadOnlyList<string> Shown, bool IsInterrupted)
{
    /// <summary>The first line shown that the output does not hold, in the order shown; null where it holds them all.</summary>
    public string? Missing(string output)
    {
        var lines = output.Split('\n').Select(line => line.TrimEnd('\r')).GetEnumerator();
        foreach (var shown in Shown)
        {
            var pattern = Pattern(shown);
            do
            {
                if (!lines.MoveNext())
                {
                    return shown;
                }
            }
            while (!Regex.IsMatch(lines.Current, pattern));
        }

        return null;
    }

    // Numbers, addresses, whether a process sleeps or runs just now and the width of columns differ from one run to the next.
    private static string Pattern(string shown)
    {
        var words = shown.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Regex.Replace(word, "^[SR]$|0x[0-9a-f]+|[0-9]+|.", part => part.Value switch
        {
            "S" or "R" when part.Length == word.Length => "[SR]",
            "…" => ".*",
            ['0', 'x', _, ..] => "0x[0-9a-f]+",
            [>= '0' and <= '9', ..] => "[0-9]+",
            _ => Regex.Escape(part.Value),
        }));
        return $@"^\s*{string.Join(@"\s+", words)}\s*$";
    }
}

/// <summary>Reads the transcripts of a page: blocks of language <c>console</c>, in which <c>$ </c> begins a command.</summary>
public static class TaskPage
{
    private const string Prompt = "$ ";
    private const string Interrupt = "^C";

    /// <summary>The page's commands, in order.</summary>
    public static IReadOnlyList<TaskStep> Parse(string markdown)
    {
        List<TaskStep> steps = [];
        var isConsole = false;
        foreach (var line in markdown.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                isConsole = line == "```console";
            }
            else if (isConsole && line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                steps.Add(new TaskStep(line[Prompt.Length..], [], IsInterrupted: false));
            }
            else if (isConsole && steps.Count > 0)
            {
                steps[^1] = line == Interrupt
                    ? steps[^1] with { IsInterrupted = true }
                    : line is "" or "…" ? steps[^1] : steps[^1] with { Shown = [.. steps[^1].Shown, line] };
            }
        }

        return steps;
    }
}

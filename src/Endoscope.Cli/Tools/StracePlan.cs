namespace Endoscope.Cli.Tools;

/// <summary>The arguments that strace is given after its processes. Pure.</summary>
internal static class StracePlan
{
    // The trace goes to standard output: through a pipe, since strace holds back what it writes to a file. What keeps the pipe open ends with
    // strace and not before: an interrupt lets strace still print its summary.
    private const string ToStandardOutput = "|trap '' HUP INT TERM; exec cat";

    /// <summary>The arguments.</summary>
    /// <param name="follow">Whether all threads are traced, and processes that are yet to be started.</param>
    /// <param name="expressions">Values of <c>-e</c>.</param>
    /// <param name="more">Whatever else the user wants; the last word is theirs.</param>
    public static IReadOnlyList<string> Arguments(bool follow, IReadOnlyList<string> expressions, IReadOnlyList<string> more) =>
    [
        "-o", ToStandardOutput,
        .. follow ? (string[])["-f"] : [],
        .. expressions.SelectMany(expression => (string[])["-e", expression]),
        .. more,
    ];
}

using Endoscope.Sessions.Diagnosis;

namespace Endoscope.Cli.Output;

/// <summary>The answer of <c>scope doctor -o json</c>.</summary>
/// <param name="Good">Whether no check found a problem.</param>
internal sealed record DiagnosisDocument(bool Good, IReadOnlyList<CheckDocument> Checks)
{
    public static DiagnosisDocument From(IReadOnlyList<Finding> findings) => new(
        findings.All(finding => finding.Standing != Standing.Bad),
        [.. findings.Select(finding => new CheckDocument(finding.Check, Word(finding.Standing), finding.Detail, finding.Next))]);

    /// <summary>A standing as one word.</summary>
    public static string Word(Standing standing) => standing switch
    {
        Standing.Good => "ok",
        Standing.Lacking => "lacking",
        Standing.Bad => "problem",
        _ => "unknown",
    };
}

/// <summary>One check of it.</summary>
/// <param name="Result"><c>ok</c>, <c>lacking</c> (it works, with something missing), <c>problem</c> or <c>unknown</c>.</param>
/// <param name="Next">What to do about it, or null.</param>
internal sealed record CheckDocument(string Check, string Result, string Detail, string? Next);

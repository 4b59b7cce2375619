using Endoscope.Protocol;

namespace Endoscope.Cli.Fs;

/// <summary>The answer of <c>scope fs ls</c> and <c>scope fs find -o json</c>.</summary>
internal sealed record FilesDocument(string Path, IReadOnlyList<FileRecord> Files);

/// <summary>The answer of <c>scope fs get -o json</c>.</summary>
/// <param name="Files">Regular files that were fetched; their checksums agree.</param>
/// <param name="Bytes">Their bytes that came now; holes are not counted.</param>
/// <param name="ResumedBytes">Their bytes that an earlier attempt had left.</param>
/// <param name="Unchanged">Regular files that were there already, of the same length and time.</param>
/// <param name="IsComplete">Whether nothing was left out.</param>
internal sealed record FetchDocument(string Path, string Destination, int Files, long Bytes, long ResumedBytes, int Unchanged, bool IsComplete);

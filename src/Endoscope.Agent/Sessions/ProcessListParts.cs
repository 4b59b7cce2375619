using Endoscope.Protocol;

namespace Endoscope.Agent.Sessions;

/// <summary>Divides a list of processes into parts that each fit into one frame.</summary>
internal static class ProcessListParts
{
    // JSON may need six bytes for one character, and this much for the numbers and names of a process.
    private const int BytesPerCharacter = 6;
    private const int BytesPerArgument = 3;
    private const int BytesPerProcess = 512;

    public static IEnumerable<ProcessList> Split(IReadOnlyList<ProcessRecord> processes)
    {
        var part = new List<ProcessRecord>();
        var size = 0;
        foreach (var process in processes)
        {
            var needed = BytesPerProcess + process.CommandLine.Sum(argument => (argument.Length * BytesPerCharacter) + BytesPerArgument);
            if (part.Count > 0 && size + needed > Frame.MaxPayload)
            {
                yield return new ProcessList(part);
                (part, size) = ([], 0);
            }

            part.Add(process);
            size += needed;
        }

        yield return new ProcessList(part);
    }
}

using System.Buffers.Text;
using System.Text;

namespace Endoscope.Agent.Processes;

/// <summary>The fields of /proc/PID/stat that the agent needs; see proc_pid_stat(5).</summary>
internal readonly record struct ProcessStat(
    int Pid, string Name, char State, int Parent, int Session, int Threads, ulong StartTicks)
{
    private const int SessionField = 6;
    private const int ThreadsField = 20;
    private const int StartTicksField = 22;

    /// <summary>Whether the process has ended and only its entry is left.</summary>
    public bool HasEnded => State is 'Z' or 'X' or 'x';

    /// <summary>Reads the line; null where it is not one.</summary>
    public static ProcessStat? Parse(ReadOnlySpan<byte> line)
    {
        // The command name is free text within parentheses and may hold spaces and parentheses itself.
        var open = line.IndexOf((byte)'(');
        var close = line.LastIndexOf((byte)')');
        if (open < 2 || close < open || close + 4 > line.Length || !Utf8Parser.TryParse(line[..open], out int pid, out _))
        {
            return null;
        }

        var fields = line[(close + 2)..];
        var state = (char)fields[0];
        var numbers = fields[2..];
        Span<long> wanted = stackalloc long[StartTicksField + 1];
        for (var field = 4; field <= StartTicksField; field++)
        {
            if (!TryReadNumber(ref numbers, out wanted[field]))
            {
                return null;
            }
        }

        return new ProcessStat(
            pid,
            Encoding.UTF8.GetString(line[(open + 1)..close]),
            state,
            (int)wanted[4],
            (int)wanted[SessionField],
            (int)wanted[ThreadsField],
            (ulong)wanted[StartTicksField]);
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> rest, out long number)
    {
        if (!Utf8Parser.TryParse(rest, out number, out var length))
        {
            // A few fields are unsigned and beyond a long; none of those is wanted.
            if (!Utf8Parser.TryParse(rest, out ulong large, out length))
            {
                return false;
            }

            number = (long)large;
        }

        rest = rest[length..].TrimStart((byte)' ');
        return true;
    }
}

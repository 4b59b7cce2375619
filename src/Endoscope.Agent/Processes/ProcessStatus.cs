using System.Buffers.Text;

namespace Endoscope.Agent.Processes;

/// <summary>The lines of /proc/PID/status that the agent needs; see proc_pid_status(5).</summary>
/// <param name="ContainerPid">The process ID in the innermost PID namespace; 0 where the kernel does not tell.</param>
/// <param name="NamespaceDepth">In how many nested PID namespaces, counted from the reader's, the process has a number.</param>
/// <param name="UserId">The effective user ID.</param>
/// <param name="ResidentBytes">Resident memory; 0 for a zombie.</param>
internal readonly record struct ProcessStatus(int ContainerPid, int NamespaceDepth, uint UserId, long ResidentBytes)
{
    /// <summary>Reads the file's content; what is missing is 0.</summary>
    public static ProcessStatus Parse(ReadOnlySpan<byte> content)
    {
        var status = default(ProcessStatus);
        while (!content.IsEmpty)
        {
            var end = content.IndexOf((byte)'\n');
            var line = end < 0 ? content : content[..end];
            content = end < 0 ? default : content[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            if (colon < 0)
            {
                continue;
            }

            var key = line[..colon];
            var value = line[(colon + 1)..];
            if (key.SequenceEqual("NSpid"u8))
            {
                var depth = 0;
                while (TryNext(ref value, out var number))
                {
                    depth++;
                    status = status with { ContainerPid = (int)number, NamespaceDepth = depth };
                }
            }
            else if (key.SequenceEqual("Uid"u8) && TryNext(ref value, out _) && TryNext(ref value, out var effective))
            {
                status = status with { UserId = (uint)effective };
            }
            else if (key.SequenceEqual("VmRSS"u8) && TryNext(ref value, out var kibibytes))
            {
                status = status with { ResidentBytes = kibibytes * 1024 };
            }
        }

        return status;
    }

    private static bool TryNext(ref ReadOnlySpan<byte> rest, out long number)
    {
        rest = rest.TrimStart(" \t"u8);
        if (!Utf8Parser.TryParse(rest, out number, out var length))
        {
            return false;
        }

        rest = rest[length..];
        return true;
    }
}

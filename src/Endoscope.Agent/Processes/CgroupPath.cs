namespace Endoscope.Agent.Processes;

/// <summary>
/// Judges one occurrence of a container ID in /proc/PID/cgroup. Runtimes name a container's control group
/// <c>ID</c> (cgroupfs driver), <c>RUNTIME-ID</c> (CRI-O on cgroupfs), <c>RUNTIME-ID.scope</c> (systemd driver) or
/// <c>SLICE:RUNTIME:ID</c> (a systemd path handed to a cgroupfs runtime). Only names known to be a container's count:
/// a monitor's scope, such as <c>crio-conmon-ID.scope</c>, carries the ID too.
/// </summary>
internal static class CgroupPath
{
    /// <summary>The place of the process whose cgroup file holds an ID of that length at that position.</summary>
    public static CgroupPlace PlaceOf(ReadOnlySpan<byte> cgroups, int idStart, int idLength)
    {
        var before = cgroups[..idStart];
        var line = before[(before.LastIndexOf((byte)'\n') + 1)..];
        var slash = line.LastIndexOf((byte)'/');
        if (slash < 0 || !IsContainerPrefix(line[(slash + 1)..]))
        {
            return CgroupPlace.Elsewhere;
        }

        var rest = cgroups[(idStart + idLength)..];
        var lineEnd = rest.IndexOf((byte)'\n');
        rest = lineEnd < 0 ? rest : rest[..lineEnd];
        if (rest.StartsWith(".scope"u8))
        {
            rest = rest[".scope"u8.Length..];
        }

        // crun puts the container's processes into a child group of the scope, the container's own for all purposes.
        return rest.IsEmpty || rest.SequenceEqual("/container"u8) ? CgroupPlace.Own
            : rest[0] == '/' ? CgroupPlace.Below
            : CgroupPlace.Elsewhere;
    }

    private static bool IsContainerPrefix(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
        {
            return true;
        }

        var separator = prefix[^1];
        var word = prefix[..^1];
        return separator switch
        {
            (byte)'-' => IsRuntime(word),
            (byte)':' => IsRuntime(word[(word.LastIndexOf((byte)':') + 1)..]),
            _ => false,
        };
    }

    private static bool IsRuntime(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("cri-containerd"u8) || word.SequenceEqual("crio"u8)
        || word.SequenceEqual("docker"u8) || word.SequenceEqual("libpod"u8);
}

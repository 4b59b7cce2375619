using System.Text;

namespace Endoscope.Agent.Processes;

/// <summary>
/// A pod's UID, and how control groups carry it: <c>podUID</c> with the cgroupfs driver, <c>kubepods-QOS-podUID.slice</c> with underscores
/// for dashes with systemd's. The pod's sandbox is in there for as long as the pod lives, whatever its containers do.
/// </summary>
internal sealed class PodUid : ProcessGroup
{
    private readonly byte[] plain;
    private readonly byte[] escaped;

    private PodUid(string uid)
    {
        plain = Encoding.ASCII.GetBytes("pod" + uid);
        escaped = Encoding.ASCII.GetBytes("pod" + uid.Replace('-', '_') + ".slice");
    }

    /// <summary>The UID, or null where the text is none: a UUID, or the 32 hexadecimal digits of a static pod.</summary>
    public static PodUid? Parse(string text) =>
        text.Length is 32 or 36 && text.All(c => char.IsAsciiHexDigitLower(c) || c == '-') ? new PodUid(text) : null;

    public override CgroupPlace Find(ReadOnlySpan<byte> cgroups) =>
        Holds(cgroups, plain) || Holds(cgroups, escaped) ? CgroupPlace.Own : CgroupPlace.Elsewhere;

    private static bool Holds(ReadOnlySpan<byte> cgroups, ReadOnlySpan<byte> name)
    {
        for (var from = 0; cgroups[from..].IndexOf(name) is >= 0 and var offset; from += offset + 1)
        {
            var at = from + offset;
            var end = at + name.Length;
            var beginsWell = at > 0 && cgroups[at - 1] is (byte)'/' or (byte)'-';
            if (beginsWell && (end == cgroups.Length || cgroups[end] is (byte)'/' or (byte)'\n'))
            {
                return true;
            }
        }

        return false;
    }
}

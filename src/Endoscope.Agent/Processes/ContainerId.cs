using System.Text;

namespace Endoscope.Agent.Processes;

/// <summary>A container's ID, 64 hexadecimal digits, and how control groups carry it.</summary>
internal sealed class ContainerId : ProcessGroup
{
    private const int Length = 64;

    private readonly byte[] digits;

    private ContainerId(byte[] digits) => this.digits = digits;

    /// <summary>The ID, or null where the text is not one.</summary>
    public static ContainerId? Parse(string text) =>
        text.Length == Length && text.All(char.IsAsciiHexDigitLower) ? new ContainerId(Encoding.ASCII.GetBytes(text)) : null;

    public override CgroupPlace Find(ReadOnlySpan<byte> cgroups)
    {
        var found = CgroupPlace.Elsewhere;
        var from = 0;
        while (found != CgroupPlace.Own)
        {
            var offset = cgroups[from..].IndexOf(digits);
            if (offset < 0)
            {
                break;
            }

            var at = from + offset;
            var place = CgroupPath.PlaceOf(cgroups, at, Length);
            found = place > found ? place : found;
            from = at + 1;
        }

        return found;
    }
}

/// <summary>Where a process is, seen from a container; a higher value is nearer.</summary>
internal enum CgroupPlace
{
    /// <summary>Not in the container.</summary>
    Elsewhere,

    /// <summary>In a control group that was made inside the container (systemd in a container does that).</summary>
    Below,

    /// <summary>In the container's own control group.</summary>
    Own,
}

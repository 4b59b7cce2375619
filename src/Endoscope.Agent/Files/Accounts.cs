using System.Globalization;
using System.Text;
using Endoscope.Agent.Native;

namespace Endoscope.Agent.Files;

/// <summary>The names that the target's own /etc/passwd and /etc/group have for users and groups.</summary>
internal sealed class Accounts
{
    private const int LargestFile = 1 << 20;

    private readonly Dictionary<uint, string> users;
    private readonly Dictionary<uint, string> groups;

    private Accounts(Dictionary<uint, string> users, Dictionary<uint, string> groups) => (this.users, this.groups) = (users, groups);

    /// <summary>Reads both; what cannot be read names nobody.</summary>
    public static Accounts Of(TargetRoot root) => new(Read(root, "/etc/passwd"), Read(root, "/etc/group"));

    /// <summary>The user's name, or null.</summary>
    public string? User(uint id) => users.GetValueOrDefault(id);

    /// <summary>The group's name, or null.</summary>
    public string? Group(uint id) => groups.GetValueOrDefault(id);

    /// <summary>Names by number, from lines of the form <c>name:…:number:…</c>; the first of a number counts.</summary>
    public static Dictionary<uint, string> Parse(string text)
    {
        var names = new Dictionary<uint, string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(':') is [{ Length: > 0 } name, _, var number, ..] && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                names.TryAdd(id, name);
            }
        }

        return names;
    }

    private static Dictionary<uint, string> Read(TargetRoot root, string path)
    {
        try
        {
            using var file = root.Open(path);
            if (file.Status.Kind != '-' || file.TryOpenForReading(out var descriptor) != 0)
            {
                return [];
            }

            var content = new byte[LargestFile];
            var length = Descriptor.ReadAt(descriptor, content, 0);
            Descriptor.Close(ref descriptor);
            return Parse(Encoding.UTF8.GetString(content, 0, (int)Math.Max(length, 0)));
        }
        catch (AgentException)
        {
            return [];
        }
    }
}

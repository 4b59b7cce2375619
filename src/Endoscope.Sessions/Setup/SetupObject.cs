using System.Text;
using System.Text.Json.Nodes;
using Endoscope.Kubernetes;
using Endoscope.Sessions.Access;

namespace Endoscope.Sessions.Setup;

/// <summary>One object of a setup.</summary>
/// <param name="Reference">Where it is.</param>
/// <param name="Purpose">What it is for, in one line.</param>
/// <param name="Manifest">The object.</param>
public sealed record SetupObject(ObjectReference Reference, string Purpose, JsonObject Manifest)
{
    /// <summary>What it is called in a message: <c>role/endoscope-debug-user</c>.</summary>
    public string Name => $"{(string)Manifest["kind"]!}/{Reference.Name}".ToLowerInvariant();

    internal byte[] Json => Encoding.UTF8.GetBytes(Manifest.ToJsonString());

    /// <summary>All of them as <c>kubectl apply -f -</c> takes it: YAML documents that say what they are for, or a list in JSON.</summary>
    public static ManifestText Format(IReadOnlyList<SetupObject> objects)
    {
        var list = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "List",
            ["items"] = new JsonArray([.. objects.Select(one => one.Manifest.DeepClone())]),
        };
        var yaml = string.Join("---\n", objects.Select(one => $"# {one.Purpose}\n{ManifestText.Format(one.Json).Yaml}"));
        return new ManifestText(yaml, ManifestText.Format(Encoding.UTF8.GetBytes(list.ToJsonString())).Json);
    }
}

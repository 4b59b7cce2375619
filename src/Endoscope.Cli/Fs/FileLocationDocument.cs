using System.Text.RegularExpressions;
using Endoscope.Protocol;
using Endoscope.Sessions;

namespace Endoscope.Cli.Fs;

/// <summary>The answer of <c>scope fs layers -o json</c>.</summary>
/// <param name="Path">The file in the target, all links followed.</param>
/// <param name="Device">The device of its file system; with the inode number it names the file on the node.</param>
/// <param name="Places">Where it is on the node; of a directory that several layers hold a part of, all of them.</param>
internal sealed partial record FileLocationDocument(
    string Node, string Path, ulong Inode, string Device, string MountPoint, string FileSystem, string Source, IReadOnlyList<FilePlace> Places)
{
    public static FileLocationDocument From(Target target, FileLocation location) => new(
        target.Node, location.File.Name, location.File.Inode, location.File.Device, location.MountPoint, location.FileSystem, location.Source,
        [.. location.Layers.Count > 0 ? InLayers(location) : [new FilePlace(Volume(location), location.NodePath)]]);

    private static IEnumerable<FilePlace> InLayers(FileLocation location)
    {
        var inside = location.MountPoint == "/" ? location.File.Name : location.File.Name[location.MountPoint.Length..];
        for (var i = 0; i < location.Layers.Count; i++)
        {
            if (location.Layers[i] is { Holds: true } layer)
            {
                yield return new FilePlace(
                    layer.IsWritable ? $"writable layer, above {location.Layers.Count - 1} of the image" : $"image layer {location.Layers.Count - i} of {location.Layers.Count - (location.Layers[0].IsWritable ? 1 : 0)}",
                    inside is "/" or "" ? layer.Directory : layer.Directory + inside);
            }
        }
    }

    private static string Volume(FileLocation location) => KubeletVolume().Match(location.NodePath ?? "") is { Success: true } match
        ? $"volume {match.Groups["name"].Value} ({match.Groups["kind"].Value}, {location.FileSystem}) at {location.MountPoint}"
        : $"volume or file mounted at {location.MountPoint} ({location.FileSystem} of {location.Source})";

    [GeneratedRegex("/pods/[0-9a-f-]+/volumes/kubernetes.io~(?<kind>[^/]+)/(?<name>[^/]+)")]
    private static partial Regex KubeletVolume();
}

/// <summary>One place on the node.</summary>
/// <param name="HeldBy">What it is: a layer or a volume.</param>
/// <param name="Path">The file's path on the node, or null where the node does not show it.</param>
internal sealed record FilePlace(string HeldBy, string? Path);

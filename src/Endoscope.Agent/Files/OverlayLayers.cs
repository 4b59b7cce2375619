using Endoscope.Agent.Native;
using Endoscope.Protocol;

namespace Endoscope.Agent.Files;

/// <summary>Finds where on the node a file of the target is kept: in which layer of its image, or on which volume.</summary>
internal static class OverlayLayers
{
    private const int NodeInit = 1;

    /// <exception cref="AgentException">There is no such file, or its mount cannot be seen.</exception>
    public static FileLocation Locate(TargetRoot root, int pid, string path)
    {
        using var file = root.Open(path);
        var mount = Mount.TableOf(pid).FirstOrDefault(mount => mount.Number == file.Mount);
        if (mount is null || file.Name is not { } name)
        {
            throw new AgentException(AgentErrorCode.File, $"'{path}' is on no mount that process {pid} sees");
        }

        using var node = TargetRoot.Of(NodeInit);
        var location = new FileLocation
        {
            File = file.ToRecord(name, Accounts.Of(root)),
            MountPoint = mount.Point,
            FileSystem = mount.FileSystem,
            Source = mount.Source,
        };
        return mount.FileSystem == "overlay"
            ? location with { Layers = Layers(node, mount, file, mount.Inside(name)) }
            : location with { NodePath = mount.PathIn(Mount.TableOf(NodeInit), mount.Inside(name)) };
    }

    private static List<FileLayer> Layers(TargetRoot node, Mount mount, TargetFile file, string inside)
    {
        var (directories, hasUpper) = mount.Layers(directory =>
        {
            using var found = node.Below(directory);
            return found is not null;
        });
        List<FileLayer> layers = [];
        var isCovered = false;
        foreach (var directory in directories)
        {
            using var layer = node.Below(directory);
            using var there = layer?.OpenExactly(inside);
            var holds = !isCovered && there is not null && there.Status.Kind == file.Status.Kind;

            // What an upper layer holds hides what those below it hold, but for directories, which are put together.
            isCovered |= there is not null && !(holds && file.Status.Kind == 'd');
            layers.Add(new FileLayer(layer?.Name ?? directory, hasUpper && layers.Count == 0, holds));
        }

        return layers;
    }
}

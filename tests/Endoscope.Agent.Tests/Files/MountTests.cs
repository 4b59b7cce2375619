using System.Text;
using Endoscope.Agent.Files;

namespace Endoscope.Agent.Tests.Files;

public sealed class MountTests
{
    [Fact]
    public void ReadsAnOverlayOfContainerd()
    {
        var mount = Read("514 460 0:105 / / ro,relatime master:240 - overlay overlay rw,lowerdir=/s/3/fs:/s/2/fs,upperdir=/s/32/fs,workdir=/s/32/work");

        Assert.Equal((514, "0:105", "/", "/", "overlay"), (mount.Number, mount.Device, mount.Root, mount.Point, mount.FileSystem));
        var (directories, hasUpper) = mount.Layers(_ => false);
        Assert.Equal(["/s/32/fs", "/s/3/fs", "/s/2/fs"], directories);
        Assert.True(hasUpper);
    }

    [Fact]
    public void FindsShortenedLayersBesideTheWritableOne()
    {
        var mount = Read("1 0 0:1 / / rw - overlay overlay rw,lowerdir=33/fs:32/fs,upperdir=/var/snapshots/45/fs,workdir=/var/snapshots/45/work");

        Assert.Equal(["/var/snapshots/45/fs", "/var/snapshots/33/fs", "/var/snapshots/32/fs"], mount.Layers(path => path.StartsWith("/var/snapshots/3", StringComparison.Ordinal)).Directories);
    }

    [Fact]
    public void ReadsLayersThatTheKernelListsOneByOne()
    {
        var mount = Read(@"1 0 0:1 / / rw - overlay overlay rw,lowerdir+=/a,lowerdir+=/b\134:c");

        Assert.Equal(["/a", "/b:c"], mount.Layers(_ => false).Directories);
        Assert.False(mount.Layers(_ => false).HasUpper);
    }

    [Fact]
    public void FindsAMountedDirectoryOnTheNode()
    {
        var volume = Read("5 1 8:1 /kubelet/pods/1/volumes/x /data rw - ext4 /dev/sda1 rw");
        var node = Mount.Parse("1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:1 /kubelet /var/lib/kubelet rw - ext4 /dev/sda1 rw\n3 1 8:2 / /other rw - ext4 /dev/sdb rw");

        Assert.Equal("/var/lib/kubelet/pods/1/volumes/x/sub/file", volume.PathIn(node, volume.Inside("/data/sub/file")));
        Assert.Equal("/var/lib/kubelet/pods/1/volumes/x", volume.PathIn(node, volume.Inside("/data")));
        Assert.Null(Read("6 1 8:9 / /elsewhere rw - ext4 /dev/sdc rw").PathIn(node, "/file"));
    }

    [Fact]
    public void ReadsBlanksAndIgnoresWhatIsNone()
    {
        Assert.Equal("/with blank", Read(@"7 1 8:1 / /with\040blank rw - ext4 /dev/sda1 rw").Point);
        Assert.Empty(Mount.Parse("nonsense\n1 2 3\n"));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("grün", "grün")]
    [InlineData("bad\u00ff", "bad\\xff")]
    public void WritesNamesThatAreNoUtf8(string latin, string expected)
    {
        var bytes = expected.Contains('\\', StringComparison.Ordinal) ? Encoding.Latin1.GetBytes(latin) : Encoding.UTF8.GetBytes(latin);

        Assert.Equal(expected, FileNames.Text(bytes));
    }

    [Fact]
    public void NamesUsersByTheirFirstEntry()
    {
        var names = Accounts.Parse("root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:\n:x:5::\nbroken\nweb:x:65532:1::/:\n");

        Assert.Equal(("root", "web"), (names[0], names[65532]));
        Assert.Equal(2, names.Count);
    }

    private static Mount Read(string line) => Assert.Single(Mount.Parse(line));
}

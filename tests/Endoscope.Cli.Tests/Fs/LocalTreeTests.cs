using Endoscope.Cli.Fs;
using Endoscope.Protocol;

namespace Endoscope.Cli.Tests.Fs;

/// <summary>Names from the target never choose a place outside of the user's.</summary>
public sealed class LocalTreeTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("scope-test-").FullName;

    [Theory]
    [InlineData("link", "file", true)]
    [InlineData("link", "a/b/../c", false)]
    [InlineData("link", "../file", false)]
    [InlineData("link", "..", false)]
    [InlineData("link", "/etc/passwd", false)]
    [InlineData("link", "", false)]
    [InlineData("link", ".", true)]
    [InlineData("a/link", "../file", true)]
    [InlineData("a/link", ".././file", true)]
    [InlineData("a/link", "../../file", false)]
    [InlineData("a/b/link", "../../c/d", true)]
    [InlineData("a/link", "./../../file", false)]
    [InlineData("", "file", false)]
    public void ALinkIsMadeOnlyWhereItCannotLeadOut(string path, string target, bool isMade) => Assert.Equal(isMade, LocalTree.StaysInside(path, target));

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("not/made")]
    public void APathThatIsNoneBelowTheDestinationIsRefused(string path)
    {
        var tree = new LocalTree(place);
        tree.MakeDirectory(tree.Claim(""), Record("", 'd'));
        tree.MakeDirectory(tree.Claim("a"), Record("a", 'd'));

        Assert.Throws<LocalPathException>(() => tree.Claim(path));
    }

    [Fact]
    public void TwoFilesOfOneNameAreNotOne()
    {
        var tree = new LocalTree(place);
        tree.MakeDirectory(tree.Claim(""), Record("", 'd'));
        _ = tree.Claim("same");

        Assert.Throws<LocalPathException>(() => tree.Claim("same"));
    }

    [Fact]
    public void ALinkThatIsThereAlreadyIsNotEntered()
    {
        var outside = Directory.CreateTempSubdirectory("scope-test-").FullName;
        Directory.CreateSymbolicLink(Path.Combine(place, "out"), outside);
        var tree = new LocalTree(place);
        tree.MakeDirectory(tree.Claim(""), Record("", 'd'));

        Assert.Throws<LocalPathException>(() => tree.MakeDirectory(tree.Claim("out"), Record("out", 'd')));
        Assert.Throws<LocalPathException>(() => tree.Claim("out/file"));
        Directory.Delete(outside);
    }

    [Fact]
    public async Task AFileTakesTheLinksPlaceAndLeavesAloneWhereItLed()
    {
        var victim = Path.Combine(place, "victim");
        var path = Path.Combine(place, "copy");
        await File.WriteAllTextAsync(victim, "mine", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(path, victim);

        await using (var part = await FilePart.OpenAsync(path, 0, TestContext.Current.CancellationToken))
        {
            await part.WriteAsync(0, "theirs"u8.ToArray(), TestContext.Current.CancellationToken);
            Assert.True(part.Finish(new FileEnd { Size = 6, Digest = DigestOf("theirs"u8) }));
            LocalTree.Finish(part.Path, path, Record("copy", '-') with { Mode = 0xFFF });
        }

        Assert.Equal("mine", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
        Assert.Equal("theirs", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.True(OperatingSystem.IsWindows() || (int)File.GetUnixFileMode(path) == 0x1FF);
    }

    [Fact]
    public async Task APartIsFoundAgainAndGoneOnWith()
    {
        var path = Path.Combine(place, "copy");
        var chunk = new byte[FileDigest.Chunk];
        chunk[5] = 1;
        await using (var part = await FilePart.OpenAsync(path, 0, TestContext.Current.CancellationToken))
        {
            await part.WriteAsync(0, chunk, TestContext.Current.CancellationToken);
            await part.WriteAsync(3 * FileDigest.Chunk, new byte[] { 7, 8 }, TestContext.Current.CancellationToken);
        }

        var held = await FilePart.HeldAsync(path, "copy", TestContext.Current.CancellationToken);
        var expected = new FileDigest();
        expected.Add(0, chunk);

        Assert.Equal(new HeldFile("copy", 3 * FileDigest.Chunk, null, expected.Current), held);
        Assert.Equal([held!], await HeldFiles.FindAsync(place, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnotherContentIsNoticed()
    {
        await using var part = await FilePart.OpenAsync(Path.Combine(place, "copy"), 0, TestContext.Current.CancellationToken);
        await part.WriteAsync(0, "theirs"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.False(part.Finish(new FileEnd { Size = 6, Digest = DigestOf("others"u8) }));
    }

    [Theory]
    [InlineData("/etc/passwd", "no-such", "no-such")]
    [InlineData("/etc/passwd", ".", "./passwd")]
    [InlineData("/data/", ".", "./data")]
    public void ACopyIsNamedAsCpNamesIt(string wanted, string destination, string expected) => Assert.Equal(expected, FsGetCommand.Place(wanted, destination));

    [Fact]
    public void TheRootNeedsAName() => Assert.Throws<UsageException>(() => FsGetCommand.Place("/", "."));

    [Fact]
    public void ShowsHowFarItHasCome() =>
        Assert.Equal("[############............]  50%  1.0 MiB of 2.0 MiB  512 KiB/s  big", FetchProgress.Format("big", 1 << 20, 2 << 20, 1 << 19));

    [Theory]
    [InlineData('d', 0x1ED, "drwxr-xr-x")]
    [InlineData('-', 0x9ED, "-rwsr-xr-x")]
    [InlineData('d', 0x3FF, "drwxrwxrwt")]
    [InlineData('-', 0xE00, "---S--S--T")]
    public void WritesPermissionsAsLsDoes(char kind, int mode, string expected) => Assert.Equal(expected, FileTable.Mode(Record("x", kind) with { Mode = mode }));

    public void Dispose() => Directory.Delete(place, recursive: true);

    private static string DigestOf(ReadOnlySpan<byte> content)
    {
        var digest = new FileDigest();
        digest.Add(0, content);
        return digest.Finish(content.Length);
    }

    private static FileRecord Record(string name, char kind) => new()
    {
        Name = name,
        Kind = kind,
        Mode = 0x1ED,
        Links = 1,
        UserId = 0,
        GroupId = 0,
        Size = 0,
        Allocated = 0,
        Modified = DateTimeOffset.UnixEpoch,
        Inode = 1,
        Device = "8:1",
    };
}

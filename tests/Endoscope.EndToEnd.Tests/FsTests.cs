using System.Text;
using System.Text.Json;

namespace Endoscope.EndToEnd.Tests;

/// <summary>The files of a target that has no shell, no tar, no root and a read-only root.</summary>
public sealed class FsTests(Cluster cluster, FsTarget target) : IClassFixture<FsTarget>, IDisposable
{
    private const string Pod = "files";
    private readonly string place = Directory.CreateTempSubdirectory("scope-e2e-").FullName;

    // What `seq 1 2000000` prints.
    private static readonly string Big = string.Concat(Enumerable.Range(1, 2_000_000).Select(number => $"{number}\n"));

    [ClusterFact]
    public async Task ListsModesOwnersSizesTimesAndLinks()
    {
        var tree = (await FilesAsync("fs", "ls", "/data/tree")).ToDictionary(file => file.GetProperty("name").GetString()!);

        var old = tree["old"];
        Assert.Equal((2541, 4L, "2020-01-02T03:04:05+00:00"), (old.GetProperty("mode").GetInt32(), old.GetProperty("size").GetInt64(), old.GetProperty("modified").GetString()));
        Assert.Equal(("l", "/etc/passwd"), (tree["absolute"].GetProperty("kind").GetString(), tree["absolute"].GetProperty("linkTarget").GetString()));
        Assert.Contains("bad\\xff", tree.Keys);
        Assert.Equal(65532, Assert.Single(await FilesAsync("fs", "ls", "/data/plain")).GetProperty("userId").GetInt32());
    }

    [ClusterFact]
    public async Task ShowsHostileNamesHarmlessly()
    {
        var result = await RunAsync("fs", "ls", "/data/tree");

        Assert.DoesNotContain('\e', result.Stdout);
        Assert.Contains("esc\\x1b[31m", result.Stdout);
        Assert.Contains("two\\nlines", result.Stdout);
        Assert.Matches(@"(?m)^ *\d+  -rwsr-xr-x +1  0 +0 +4  2020-01-02 .* old$", result.Stdout);
    }

    [ClusterFact]
    public async Task CatIsByteForByteAndReadsWhatOnlyItsOwnerMay()
    {
        Assert.Equal("hello\n", (await RunAsync("fs", "cat", "/data/plain")).Stdout);
        Assert.Equal(Encoding.Latin1.GetString([.. Enumerable.Range(0, 256).Select(number => (byte)number)]), (await RunAsync("fs", "cat", "/data/bytes")).Stdout);
        Assert.True((await RunAsync("fs", "cat", "/data/big")).Stdout == Big);
        Assert.Equal("kept\n", (await RunAsync("fs", "cat", "/claim/kept")).Stdout);
    }

    [ClusterFact]
    public async Task LinksNeverLeadOutOfTheTarget()
    {
        Assert.Equal("files\n", (await RunAsync("fs", "cat", "/data/hostname")).Stdout);
        Assert.Equal("files\n", (await RunAsync("fs", "cat", "/../../etc/hostname")).Stdout);

        var outside = await RunAsync("fs", "cat", "/proc/1/root/etc/hostname");

        Assert.Equal(1, outside.ExitCode);
        Assert.Contains("not followed", outside.Stderr);
    }

    [ClusterFact]
    public async Task SaysExactlyWhatIsWrong()
    {
        Assert.Equal("scope: error: there is no '/data/nope' in the target\n", (await RunAsync("fs", "cat", "/data/nope")).Stderr);
        Assert.Equal("scope: error: '/data/tree' is a directory\n", (await RunAsync("fs", "cat", "/data/tree")).Stderr);
        Assert.Equal("scope: error: '/data/tree/pipe' is a pipe\n", (await RunAsync("fs", "cat", "/data/tree/pipe")).Stderr);
        Assert.Contains("cannot open '/data/plain/x': Not a directory", (await RunAsync("fs", "ls", "/data/plain/x")).Stderr);
        Assert.Equal(1, (await RunAsync("fs", "cat", "/data/nope")).ExitCode);
    }

    [ClusterFact]
    public async Task FindsByNameAndByInodeOnVolumesToo()
    {
        var kept = Assert.Single(await FilesAsync("fs", "ls", "/claim/kept")).GetProperty("inode").GetUInt64();

        Assert.Equal("/data/tree/sub/deep\n", (await RunAsync("fs", "find", "--name", "dee?", "-1")).Stdout);
        Assert.Contains("/claim/kept\n", (await RunAsync("fs", "find", "--inode", $"{kept}", "-1")).Stdout);
        Assert.Equal(1, (await RunAsync("fs", "find", "/", "--xdev", "--name", "kept")).ExitCode);
        Assert.Equal(1, (await RunAsync("fs", "find", "/data", "--depth", "0", "--name", "deep")).ExitCode);
    }

    [ClusterFact]
    public async Task GetsADirectoryWithModesTimesAndHoles()
    {
        var result = await RunAsync("fs", "get", "/data", place);
        var copy = Path.Combine(place, "data");

        Assert.True(File.ReadAllText(Path.Combine(copy, "big")) == Big);
        Assert.Equal("deep\n", File.ReadAllText(Path.Combine(copy, "tree/inside")));
        Assert.Equal(new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), File.GetLastWriteTimeUtc(Path.Combine(copy, "tree/old")));
        Assert.Equal("755 750", (await Command.RunAsync("stat", ["-c", "%a", Path.Combine(copy, "tree/old"), Path.Combine(copy, "tree/sub")])).Stdout.Trim().Replace('\n', ' '));
        Assert.Equal(104857603, new FileInfo(Path.Combine(copy, "sparse")).Length);
        Assert.True(int.Parse((await Command.RunAsync("stat", ["-c", "%b", Path.Combine(copy, "sparse")])).Stdout, System.Globalization.CultureInfo.InvariantCulture) < 2048);
        Assert.True(File.Exists(Path.Combine(copy, "tree/two\nlines")));
        Assert.True(File.Exists(Path.Combine(copy, "tree/bad\\xff")));

        // A pipe and links that lead out are left out, and said to be.
        Assert.Equal(1, result.ExitCode);
        foreach (var name in (string[])["hostname", "tree/absolute", "tree/outside", "tree/winding", "tree/pipe"])
        {
            Assert.Contains($"'{name}' is left out", result.Stderr);
            Assert.False(Path.Exists(Path.Combine(copy, name)) || new FileInfo(Path.Combine(copy, name)).LinkTarget is not null);
        }

        var again = await RunAsync("fs", "get", "/data", place);
        Assert.Contains("0 files, 0 B", again.Stderr);
    }

    [ClusterFact]
    public async Task GoesOnFromWhatAnInterruptedFetchHasLeft()
    {
        await File.WriteAllTextAsync(Path.Combine(place, ".big.scope-part"), Big[..1_000_000], TestContext.Current.CancellationToken);

        var result = await RunAsync("-o", "json", "fs", "get", "/data/big", place);

        Assert.Equal(0, result.ExitCode);
        var document = JsonDocument.Parse(result.Stdout).RootElement;
        Assert.Equal((15 * 65536, Big.Length - (15 * 65536)), (document.GetProperty("resumedBytes").GetInt32(), document.GetProperty("bytes").GetInt32()));
        Assert.True(File.ReadAllText(Path.Combine(place, "big")) == Big);
    }

    [ClusterFact]
    public async Task BeginsAnewWhereTheRestIsOfAnotherFile()
    {
        await File.WriteAllTextAsync(Path.Combine(place, ".big.scope-part"), new string('x', 1_000_000), TestContext.Current.CancellationToken);

        var result = await RunAsync("-o", "json", "fs", "get", "/data/big", place);

        Assert.Equal(0, JsonDocument.Parse(result.Stdout).RootElement.GetProperty("resumedBytes").GetInt32());
        Assert.True(File.ReadAllText(Path.Combine(place, "big")) == Big);
    }

    [ClusterFact]
    public async Task NamesTheLayerOnTheNodeThatHoldsAFile()
    {
        var inode = Assert.Single(await FilesAsync("fs", "ls", "/serve")).GetProperty("inode").GetUInt64();

        var found = JsonDocument.Parse((await RunAsync("-o", "json", "fs", "layers", "/serve")).Stdout).RootElement;
        var held = Assert.Single(found.GetProperty("places").EnumerateArray());

        Assert.StartsWith("image layer 1 of 1", held.GetProperty("heldBy").GetString(), StringComparison.Ordinal);
        Assert.Equal(inode, found.GetProperty("inode").GetUInt64());
        var onNode = await Cluster.KubectlAsync("exec", "-n", cluster.Namespace, $"debug-{Pod}", "--", "stat", "-c", "%i", $"/proc/1/root{held.GetProperty("path").GetString()}");
        Assert.Equal($"{inode}\n", onNode);
    }

    [ClusterFact]
    public async Task SaysVolumeWhereItIsOne()
    {
        Assert.Matches(@"volume data \(empty-dir, .*/volumes/kubernetes.io~empty-dir/data/plain", (await RunAsync("fs", "layers", "/data/plain")).Stdout);
        Assert.Matches($"volume .*/claim.* /tmp/{cluster.Namespace}/kept", (await RunAsync("fs", "layers", "/claim/kept")).Stdout);
    }

    [ClusterFact]
    public async Task NeedsNoMoreThanItSays()
    {
        await RunAsync("fs", "ls");

        var capabilities = (await cluster.PodAsync($"debug-{Pod}")).GetProperty("spec").GetProperty("containers")[0].GetProperty("securityContext").GetProperty("capabilities");

        Assert.Equal(["DAC_READ_SEARCH", "SYS_PTRACE"], capabilities.GetProperty("add").EnumerateArray().Select(one => one.GetString()));
    }

    public void Dispose()
    {
        _ = target;
        Directory.Delete(place, recursive: true);
    }

    private Task<CommandResult> RunAsync(params string[] args) => cluster.ScopeAsync(Pod, args);

    private async Task<IReadOnlyList<JsonElement>> FilesAsync(params string[] args)
    {
        var result = await RunAsync(["-o", "json", .. args]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return [.. JsonDocument.Parse(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(result.Stdout))).RootElement.GetProperty("files").EnumerateArray()];
    }
}

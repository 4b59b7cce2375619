using System.Buffers.Binary;
using System.Text;
using Endoscope.Cli.Fs;
using Endoscope.Cli.Tests.Program;
using Endoscope.Kubernetes;
using Endoscope.Protocol;
using Endoscope.Sessions;
using Endoscope.Testing;

namespace Endoscope.Cli.Tests.Fs;

/// <summary>Whatever comes for a fetched file, nothing outside of the destination is made, changed or linked to.</summary>
[Collection(typeof(Alone))]
public sealed class FileFetchFuzzTests : IDisposable
{
    private const string Mine = "mine";

    // A frame a line: a letter for its type, and its payload.
    private static readonly IReadOnlyList<byte[]> Corpus = Fuzzing.Bytes(
        $"S{Start("", 'd')}\nS{Start("a", 'd')}\nS{Start("a/b", '-')}\nOhello\nE{{\"size\":5,\"digest\":\"{Digest("hello")}\"}}\nS{Start("a/l", 'l', "b")}",
        $"S{Start("", '-')}\nP4096\nOtheirs\nE{{\"size\":4102,\"digest\":\"0\",\"problem\":\"it went\"}}",
        $"S{Start("", 'd')}\nS{Start("l", 'l', "outside")}\nS{Start("l/x", '-')}\nOtheirs\nE{{\"size\":6,\"digest\":\"{Digest("theirs")}\"}}",
        $"S{Start("", 'l', "../outside")}\nS{Start("", '-')}\nOtheirs\nE{{\"size\":6,\"digest\":\"{Digest("theirs")}\"}}");

    private static readonly IReadOnlyList<byte[]> Words = Fuzzing.Bytes(
        "..", "/", "../", "../outside", "/etc/passwd", "\\u0000", "a/", "\n", "\nS", "\nOtheirs", "\nP-1", "\nP9223372036854775807", "\nP", "\"kind\":\"l\"", "\"kind\":\"d\"", "\"kind\":\"-\"",
        "\"linkTarget\":\"../outside\"", "\"name\":\"../outside\"", "\"name\":\"\"", "\"from\":65536", "\"from\":-1", "\"size\":-1", "\"isHeld\":true", "null", ".outside.scope-part", "\"mode\":-1");

    private readonly ITestOutputHelper output;
    private readonly string place = Directory.CreateTempSubdirectory("scope-test-").FullName;
    private readonly string destination;
    private readonly string outside;

    public FileFetchFuzzTests(ITestOutputHelper output)
    {
        this.output = output;
        (destination, outside) = (Path.Combine(place, "here"), Path.Combine(place, "outside"));
        File.WriteAllText(outside, Mine);
    }

    [Fact]
    public void NothingThatComesLeadsOutOfTheDestination() => Fuzzing.Run(Corpus, Words, (input, _) => RunAsync(input).GetAwaiter().GetResult(), output.WriteLine);

    public void Dispose() => Directory.Delete(place, recursive: true);

    private async Task RunAsync(byte[] input)
    {
        var context = new CommandContext(new TestTerminal(), TimeProvider.System, _ => null, _ => throw new NotSupportedException());
        using (var progress = new FetchProgress(context))
        {
            await using var fetch = new FileFetch(new LocalTree(destination), new FileAnswer(context), progress);
            try
            {
                foreach (var line in Encoding.UTF8.GetString(input).Split('\n').Where(line => line.Length > 0))
                {
                    await fetch.TakeAsync(FrameOf(line[0], line[1..]), CancellationToken.None);
                }
            }
            catch (Exception e) when (e is ConnectionLostException or SessionException or IOException)
            {
                Assert.NotEmpty(e.Message);
            }
        }

        Assert.Equal(Mine, await File.ReadAllTextAsync(outside));
        Assert.Empty(Directory.EnumerateFileSystemEntries(place).Except([destination, outside, FilePart.PathFor(destination)]));
        RemoveCopies();
    }

    // Nothing in a copy is a link that leads out; then it is removed.
    private void RemoveCopies()
    {
        foreach (var copy in new[] { destination, FilePart.PathFor(destination) })
        {
            Assert.Null(new FileInfo(copy).LinkTarget);
            if (Directory.Exists(copy))
            {
                foreach (var link in new DirectoryInfo(copy).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Where(entry => entry.LinkTarget is not null))
                {
                    Assert.StartsWith(destination, Path.GetFullPath(link.LinkTarget!, Path.GetDirectoryName(link.FullName)!), StringComparison.Ordinal);
                }

                Directory.Delete(copy, recursive: true);
            }

            File.Delete(copy);
        }
    }

    private static Frame FrameOf(char type, string payload) => type switch
    {
        'S' => new Frame(FrameType.FileStart, Encoding.UTF8.GetBytes(payload)),
        'O' => new Frame(FrameType.Output, Encoding.UTF8.GetBytes(payload)),
        'P' => new Frame(FrameType.FilePosition, Position(payload)),
        _ => new Frame(FrameType.FileEnd, Encoding.UTF8.GetBytes(payload)),
    };

    private static byte[] Position(string number)
    {
        var bytes = new byte[sizeof(long)];
        return long.TryParse(number, out var position) && BinaryPrimitives.TryWriteInt64BigEndian(bytes, position) ? bytes : [1, 2, 3];
    }

    private static string Digest(string content)
    {
        var digest = new FileDigest();
        digest.Add(0, Encoding.UTF8.GetBytes(content));
        return digest.Finish(content.Length);
    }

    private static string Start(string name, char kind, string? link = null) =>
        $$"""{"file":{"name":"{{name}}","kind":"{{kind}}","mode":493,"links":1,"userId":0,"groupId":0,"size":5,"allocated":0,"modified":"2026-01-02T03:04:05+00:00","inode":1,"device":"8:1","linkTarget":"{{link}}"},"from":0}""";
}

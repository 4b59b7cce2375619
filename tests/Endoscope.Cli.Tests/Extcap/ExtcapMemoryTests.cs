using Endoscope.Cli.Extcap;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class ExtcapMemoryTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private string File => Path.Combine(folder.FullName, "scope", "extcap");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void KeepsWhatEachPickerHeldLast()
    {
        new ExtcapMemory(File).Keep("namespace", [new ExtcapValue("shop", "shop")]);
        new ExtcapMemory(File).Keep("pod", [new ExtcapValue("old", "old")]);
        new ExtcapMemory(File).Keep("pod", [new ExtcapValue("deploy/web", "deploy/web (2 pods)"), new ExtcapValue("a\tb", "forged")]);

        Assert.Equal([new ExtcapValue("shop", "shop")], new ExtcapMemory(File).Recall("namespace"));
        Assert.Equal([new ExtcapValue("deploy/web", "deploy/web (2 pods)")], new ExtcapMemory(File).Recall("pod"));
    }

    [Fact]
    public void IsNobodyElsesBusiness()
    {
        new ExtcapMemory(File).Keep("pod", [new ExtcapValue("web", "web")]);

        // Windows has no such modes.
        Assert.True(OperatingSystem.IsWindows() || System.IO.File.GetUnixFileMode(File) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public void DoesWithout()
    {
        new ExtcapMemory(null).Keep("pod", [new ExtcapValue("web", "web")]);
        System.IO.File.WriteAllText(Path.Combine(folder.FullName, "scope"), "in the way");
        new ExtcapMemory(File).Keep("pod", [new ExtcapValue("web", "web")]);

        Assert.Empty(new ExtcapMemory(null).Recall("pod"));
        Assert.Empty(new ExtcapMemory(File).Recall("pod"));
    }
}

using System.Text;

namespace Endoscope.Sessions.Tests;

public sealed class LineSplitterTests
{
    [Fact]
    public void MakesTheSameLinesHoweverTheBytesCome()
    {
        var bytes = Encoding.UTF8.GetBytes("one\ntwö\r\n\nlast");
        for (var size = 1; size <= bytes.Length; size++)
        {
            var splitter = new LineSplitter();
            var lines = bytes.Chunk(size).SelectMany(chunk => splitter.Add(chunk)).ToArray();

            Assert.Equal(["one", "twö", ""], lines);
            Assert.Equal("last", splitter.Rest());
            Assert.Null(splitter.Rest());
        }
    }

    [Fact]
    public void CutsALineWithoutEnd()
    {
        var splitter = new LineSplitter();

        Assert.Equal(65536, Assert.Single(splitter.Add(new byte[70_000].Select(_ => (byte)'x').ToArray())).Length);
        Assert.Equal(70_000 - 65_536, splitter.Rest()!.Length);
    }
}

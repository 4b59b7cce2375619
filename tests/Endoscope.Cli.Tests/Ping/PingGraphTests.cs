using Endoscope.Cli.Output.Graph;
using Endoscope.Cli.Ping;
using Endoscope.Terminal;
using Endoscope.Testing;

namespace Endoscope.Cli.Tests.Ping;

public sealed class PingGraphTests
{
    [Theory]
    [InlineData("three-at-120x30", 3, 120, 30)]
    [InlineData("five-at-80x24", 5, 80, 24)]
    [InlineData("thirty-at-100x20", 30, 100, 20)]
    [InlineData("thirty-at-40x12", 30, 40, 12)]
    [InlineData("three-hundred-at-300x12", 300, 300, 12)]
    [InlineData("eight-at-12x4", 8, 12, 4)]
    public void LooksAsItShould(string name, int pods, int columns, int rows)
    {
        var frame = Render(GraphScenario.Play(pods, rounds: 60), columns, rows);

        AssertFits(frame, columns, rows);
        Golden.Matches($"Endoscope.Cli.Tests/Ping/Frames/{name}.txt", Text(frame));
    }

    [Fact]
    public void ShowsEveryFate()
    {
        var board = PingScenario.Play(count: 0);
        var frame = Render(board, 110, 12, look => look with { Notice = "something\e[31m was said" });

        AssertFits(frame, 110, 12);
        Golden.Matches("Endoscope.Cli.Tests/Ping/Frames/every-fate.txt", Text(frame));
    }

    [Fact]
    public void ManagesWithAscii()
    {
        var frame = Render(GraphScenario.Play(6, rounds: 60), 90, 12, look => look with { Glyphs = GraphGlyphs.Ascii });

        Assert.All(Text(frame), c => Assert.True(c is '\n' or >= ' ' and <= '~', $"U+{(int)c:x4}"));
        Golden.Matches("Endoscope.Cli.Tests/Ping/Frames/ascii.txt", Text(frame));
    }

    [Fact]
    public void HasAFrameBeforeAnythingIsKnown()
    {
        var frame = Render(PingScenario.NewBoard(count: 0), 80, 24);

        AssertFits(frame, 80, 24);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 3)]
    [InlineData(39, 2)]
    [InlineData(500, 200)]
    [InlineData(1000, 3)]
    public void FitsIntoWindowsOfAnySize(int columns, int rows)
    {
        foreach (var pods in new[] { 0, 1, 40 })
        {
            AssertFits(Render(GraphScenario.Play(pods, rounds: 9), columns, rows), columns, rows);
        }
    }

    [Fact]
    public void ScrollsNoFurtherThanThereAreRows()
    {
        var board = GraphScenario.Play(30, rounds: 5);

        var frame = Render(board, 80, 13, look => look with { Scroll = int.MaxValue });

        Assert.Equal((20, 10), (frame.Scroll, frame.Page));
        Assert.Contains("21–30 of 30", Text(frame), StringComparison.Ordinal);
    }

    [Fact]
    public void TheLastFrameOffersNoKeysButTheResult()
    {
        var text = Text(Render(GraphScenario.Play(3, rounds: 5), 80, 24, look => look with { IsLast = true }));

        Assert.DoesNotContain("quit", text, StringComparison.Ordinal);
        Assert.Contains("3 of 3 destinations answered every probe", text, StringComparison.Ordinal);
    }

    private static GraphFrame Render(PingBoard board, int columns, int rows, Func<GraphLook, GraphLook>? change = null)
    {
        var look = new GraphLook
        {
            Size = new WindowSize(columns, rows),
            Glyphs = GraphGlyphs.Unicode,
            Now = PingScenario.Start.AddSeconds(3723),
        };
        return PingGraph.Render(board, new GraphOrder().Arrange(board.Destinations, GraphSort.Worst, look.Now), change?.Invoke(look) ?? look);
    }

    private static void AssertFits(GraphFrame frame, int columns, int rows)
    {
        Assert.InRange(frame.Lines.Count, 1, rows);
        Assert.All(frame.Lines, line => Assert.True(Visible(line.ToAnsi(Palette.For(ColorSupport.TrueColor), columns)).Length <= columns));
    }

    private static string Visible(string ansi) => System.Text.RegularExpressions.Regex.Replace(ansi, @"\e\[[0-9;]*m", "");

    private static string Text(GraphFrame frame) =>
        string.Concat(frame.Lines.Select(line => line.ToPlainText().TrimEnd() + "\n"));
}

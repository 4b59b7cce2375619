namespace Endoscope.Sessions.Tests;

public sealed class CloseNamesTests
{
    [Theory]
    [InlineData("mutli", "multi")]
    [InlineData("wbe-1", "web-1")]
    [InlineData("web", "web-6f7d5-abcde")]
    [InlineData("Web-1", "web-1")]
    [InlineData("databse-0", "database-0")]
    [InlineData("frontend")]
    [InlineData("w")]
    [InlineData("")]
    public void AreThoseThatDifferBySlipsOrGoOn(string written, params string[] meant)
    {
        string[] names = ["multi", "web-1", "web-2", "database-0"];

        Assert.Equal(meant, CloseNames.Of(written, written == "web" ? ["database-0", "web-6f7d5-abcde"] : names));
    }

    [Fact]
    public void AreAFewAndTheBestFirst() =>
        Assert.Equal(["web-1", "web-10", "web-11"], CloseNames.Of("web-1", ["web-13", "web-11", "web-1", "web-10", "web-12"]));

    [Fact]
    public void MakeAQuestion()
    {
        Assert.Null(CloseNames.Question([]));
        Assert.Equal("did you mean a?", CloseNames.Question(["a"]));
        Assert.Equal("did you mean a, b or c?", CloseNames.Question(["a", "b", "c"]));
    }
}

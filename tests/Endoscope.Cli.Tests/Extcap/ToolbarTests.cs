using Endoscope.Cli.Extcap;

namespace Endoscope.Cli.Tests.Extcap;

public sealed class ToolbarTests
{
    [Fact]
    public void FramesAMessage() => Assert.Equal(
        [(byte)'T', 0, 0, 4, 2, 2, (byte)'h', (byte)'i'],
        ToolbarMessage.Of(2, ToolbarCommand.Add, "hi").Format());

    [Fact]
    public void CutsWhatIsTooLong()
    {
        var bytes = ToolbarMessage.Of(2, ToolbarCommand.Add, new string('x', 100_000)).Format();

        Assert.Equal(6 + 65_535, bytes.Length);
        Assert.Equal([1, 0, 1], bytes[1..4]);
    }

    [Fact]
    public async Task ReadsMessagesThatComeInPieces()
    {
        using var pipe = new MemoryStream([.. ToolbarMessage.Of(0, ToolbarCommand.Set, "\u0001").Format(), .. new ToolbarMessage(1, ToolbarCommand.Set, []).Format(), (byte)'T', 0]);

        var first = await ReadAsync(pipe);
        var second = await ReadAsync(pipe);

        Assert.Equal((0, ToolbarCommand.Set, 1), (first!.Control, first.Command, first.Payload.Single()));
        Assert.Equal((1, ToolbarCommand.Set), (second!.Control, second.Command));
        Assert.Empty(second.Payload);
        Assert.Null(await ReadAsync(pipe));
    }

    [Theory]
    [InlineData("X\0\0\u0002\0\0")]
    [InlineData("T\0\0\u0001\0\0")]
    [InlineData("T\u007f\u007f\u007f\0\0")]
    public async Task EndsAtWhatIsNoMessage(string bytes)
    {
        using var pipe = new MemoryStream(System.Text.Encoding.Latin1.GetBytes(bytes));

        Assert.Null(await ReadAsync(pipe));
    }

    private static Task<ToolbarMessage?> ReadAsync(Stream pipe) => ToolbarMessage.ReadAsync(pipe, TestContext.Current.CancellationToken);
}

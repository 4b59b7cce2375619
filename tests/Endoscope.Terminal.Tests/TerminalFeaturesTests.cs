namespace Endoscope.Terminal.Tests;

public sealed class TerminalFeaturesTests
{
    [Theory]
    [InlineData("TERM=xterm-256color COLORTERM=truecolor", ColorSupport.TrueColor)]
    [InlineData("TERM=xterm-256color", ColorSupport.Palette256)]
    [InlineData("TERM=xterm", ColorSupport.Sixteen)]
    [InlineData("TERM=xterm-direct", ColorSupport.TrueColor)]
    [InlineData("TERM=screen.xterm COLORTERM=truecolor", ColorSupport.Palette256)]
    [InlineData("TERM=screen-256color COLORTERM=truecolor TMUX=/tmp/tmux-0/default,1,0", ColorSupport.TrueColor)]
    [InlineData("TERM=xterm-256color COLORTERM=truecolor NO_COLOR=1", ColorSupport.None)]
    [InlineData("TERM=xterm-256color NO_COLOR=", ColorSupport.Palette256)]
    [InlineData("TERM=dumb COLORTERM=truecolor", ColorSupport.None)]
    [InlineData("", ColorSupport.None)]
    public void ChoosesTheColours(string environment, ColorSupport expected) =>
        Assert.Equal(expected, Detect(environment).Colors);

    [Theory]
    [InlineData("TERM=xterm LANG=C.UTF-8", true)]
    [InlineData("TERM=xterm LANG=de_DE.utf8", true)]
    [InlineData("TERM=xterm LANG=C.UTF-8 LC_ALL=C", false)]
    [InlineData("TERM=xterm LC_ALL= LC_CTYPE=en_US.UTF-8 LANG=C", true)]
    [InlineData("TERM=xterm", false)]
    [InlineData("TERM=linux LANG=C.UTF-8", false)]
    public void KnowsWhetherBlocksCanBeShown(string environment, bool expected) =>
        Assert.Equal(expected, Detect(environment).Unicode);

    [Theory]
    [InlineData("TERM=dumb", false)]
    [InlineData("", false)]
    [InlineData("TERM=vt100", true)]
    [InlineData("TERM=xterm NO_COLOR=1", true)]
    public void KnowsWhetherTheCursorMoves(string environment, bool expected) =>
        Assert.Equal(expected, Detect(environment).CursorMovement);

    [Fact]
    public void AWindowsConsoleShowsEverything() =>
        Assert.Equal(new TerminalFeatures(ColorSupport.TrueColor, Unicode: true, CursorMovement: true), TerminalFeatures.Detect(_ => null, windows: true));

    private static TerminalFeatures Detect(string environment)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
        return TerminalFeatures.Detect(name => variables.GetValueOrDefault(name), windows: false);
    }
}

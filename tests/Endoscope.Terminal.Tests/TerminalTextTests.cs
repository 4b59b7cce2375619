namespace Endoscope.Terminal.Tests;

/// <summary>Quality row 9: text from the cluster cannot do anything to the terminal.</summary>
public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain: äöü 日本 🐳", "plain: äöü 日本 🐳")]
    [InlineData("\e[31mred", @"\x1b[31mred")]
    [InlineData("\e]0;title\a", @"\x1b]0;title\x07")]
    [InlineData("over\rwritten", @"over\rwritten")]
    [InlineData("two\nlines\tand", @"two\nlines\tand")]
    [InlineData("C1 \u009b31m", @"C1 \x9b31m")]
    [InlineData("del \u007f", @"del \x7f")]
    [InlineData("bidi \u202egnp.exe", @"bidi \u202egnp.exe")]
    [InlineData("hidden\u200btext", @"hidden\u200btext")]
    [InlineData("separator\u2028", @"separator\u2028")]
    [InlineData("", "")]
    public void WritesOutWhatATerminalWouldObey(string text, string escaped) => Assert.Equal(escaped, TerminalText.Escape(text));

    [Fact]
    public void WritesOutHalfOfASurrogatePair() => Assert.Equal(@"\ud83d!", TerminalText.Escape("\ud83d!"));

    [Fact]
    public void WritesOutInvisibleTagCharacters() => Assert.Equal(@"a\udb40\udc41", TerminalText.Escape("a\U000E0041"));

    [Fact]
    public void KeepsLinesWhereAskedTo() => Assert.Equal("two\nlines\t" + @"\x1b", TerminalText.EscapeLines("two\nlines\t\e"));

    [Fact]
    public void LeavesNothingHarmfulOfAnyCharacter()
    {
        for (var c = '\0'; c < char.MaxValue; c++)
        {
            Assert.DoesNotContain(TerminalText.Escape(c.ToString()), char.IsControl);
        }
    }
}

using System.Text;

namespace Endoscope.Cli.Output.Graph;

/// <summary>One line of a frame: pieces of text and their inks. Every character takes one cell.</summary>
internal sealed class GraphLine
{
    private readonly List<(string Text, Ink Ink)> pieces = [];

    /// <summary>The cells taken so far.</summary>
    public int Width { get; private set; }

    /// <summary>Adds text.</summary>
    public GraphLine Add(string text, Ink ink)
    {
        if (text.Length > 0)
        {
            pieces.Add((text, ink));
            Width += text.Length;
        }

        return this;
    }

    /// <summary>Adds spaces up to a column.</summary>
    public GraphLine PadTo(int column) => Add(new string(' ', Math.Max(0, column - Width)), Ink.Plain);

    /// <summary>The line without inks.</summary>
    public string ToPlainText() => string.Concat(pieces.Select(piece => piece.Text));

    /// <summary>The line with escape sequences, cut to a width; it leaves the rendition as it found it.</summary>
    public string ToAnsi(Palette palette, int width)
    {
        var text = new StringBuilder();
        var (left, current) = (width, "");
        foreach (var (piece, ink) in pieces)
        {
            var shown = piece.Length <= left ? piece : piece[..left];
            if (shown.Length == 0)
            {
                break;
            }

            var rendition = string.IsNullOrWhiteSpace(shown) ? current : palette.RenditionOf(ink);
            if (rendition != current)
            {
                text.Append("\e[0").Append(rendition.Length > 0 ? ";" : "").Append(rendition).Append('m');
                current = rendition;
            }

            text.Append(shown);
            left -= shown.Length;
        }

        return text.Append(current.Length > 0 ? "\e[0m" : "").ToString();
    }
}

namespace Endoscope.Terminal;

/// <summary>The colours a terminal shows, from fewest to most.</summary>
public enum ColorSupport
{
    /// <summary>None, or none wanted.</summary>
    None,

    /// <summary>The sixteen of the ANSI palette, which the user's theme decides.</summary>
    Sixteen,

    /// <summary>The xterm palette of 256.</summary>
    Palette256,

    /// <summary>24 bits.</summary>
    TrueColor,
}

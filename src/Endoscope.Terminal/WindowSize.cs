namespace Endoscope.Terminal;

/// <summary>A terminal window's size in character cells.</summary>
public readonly record struct WindowSize(int Columns, int Rows);

namespace Endoscope.Sessions.Access;

/// <summary>What the user wants merged into debug pods makes no sense there. One line that names the file and the field.</summary>
public sealed class InvalidOverridesException(string message, string? hint = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What to write instead.</summary>
    public string? Hint { get; } = hint;
}

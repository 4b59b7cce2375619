namespace Endoscope.Cli;

/// <summary>The command line asks for something that makes no sense; one line.</summary>
public sealed class UsageException(string message, string? hint = null) : Exception(message)
{
    /// <summary>What to write instead.</summary>
    public string? Hint { get; } = hint;
}

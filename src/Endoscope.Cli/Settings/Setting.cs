namespace Endoscope.Cli.Settings;

/// <summary>
/// Something that the user can set in three places: by a flag <c>--name</c>, by a variable <c>SCOPE_NAME</c> of the environment, and by a
/// key <c>name</c> of the settings file; the first of them that is there counts.
/// </summary>
internal abstract class Setting
{
    /// <summary>The key in the settings file, from which the other names are made.</summary>
    public required string Name { get; init; }

    /// <summary>A word for the value, for help.</summary>
    public required string HelpName { get; init; }

    /// <summary>One line for help.</summary>
    public required string Description { get; init; }

    /// <summary>The value where nothing is set; it reads like any other.</summary>
    public string Default { get; init; } = "";

    /// <summary>Short forms of the flag.</summary>
    public string[] Aliases { get; init; } = [];

    public string Flag => "--" + Name;

    public string Variable => "SCOPE_" + Name.ToUpperInvariant().Replace('-', '_');

    /// <exception cref="FormatException">The text is no value of this setting; the message says what is.</exception>
    public abstract void Check(string text);
}

/// <inheritdoc/>
/// <param name="parse">Reads a value; throws <see cref="FormatException"/> with a message that says what is allowed.</param>
internal sealed class Setting<T>(Func<string, T> parse) : Setting
{
    public T Parse(string text) => parse(text);

    public override void Check(string text) => parse(text);
}

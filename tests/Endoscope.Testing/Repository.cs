namespace Endoscope.Testing;

/// <summary>The checkout the tests were built from.</summary>
public static class Repository
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "scope.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("scope.slnx is in no folder above the tests");
        }

        return folder;
    }
}

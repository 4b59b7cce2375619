using System.Text;

namespace Endoscope.Testing;

/// <summary>Compares text with a file of the checkout. With SCOPE_UPDATE_GOLDEN=1 in the environment the file is written instead: read the diff.</summary>
public static class Golden
{
    /// <summary>Throws, showing the first line that differs, unless the file holds that text.</summary>
    /// <param name="path">The file, below <c>tests/</c>.</param>
    /// <param name="actual">The text that was produced.</param>
    public static void Matches(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, "tests", path);
        if (Environment.GetEnvironmentVariable("SCOPE_UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual, new UTF8Encoding(false));
            return;
        }

        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected != actual)
        {
            throw new InvalidOperationException($"{path} differs (SCOPE_UPDATE_GOLDEN=1 writes it)\n{FirstDifference(expected.Split('\n'), actual.Split('\n'))}");
        }
    }

    private static string FirstDifference(string[] expected, string[] actual)
    {
        var i = 0;
        while (i < expected.Length && i < actual.Length && expected[i] == actual[i])
        {
            i++;
        }

        return $"line {i + 1}\nexpected: {expected.ElementAtOrDefault(i)}\nactual:   {actual.ElementAtOrDefault(i)}\n\nall of it:\n{string.Join('\n', actual)}";
    }
}

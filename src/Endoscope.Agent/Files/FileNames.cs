using System.Globalization;
using System.Text;

namespace Endoscope.Agent.Files;

/// <summary>File names are bytes; people and JSON want text.</summary>
internal static class FileNames
{
    /// <summary>The name as text; what is not UTF-8 is written as <c>\xff</c>.</summary>
    public static string Text(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done)
            {
                text.Append(rune.ToString());
            }
            else
            {
                (length, _) = (1, text.Append(CultureInfo.InvariantCulture, $"\\x{name[0]:x2}"));
            }

            name = name[length..];
        }

        return text.ToString();
    }

    /// <summary>A path made of a directory's and a name.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 || directory.EndsWith('/') ? directory + name : $"{directory}/{name}";
}

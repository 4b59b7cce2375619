using Endoscope.Cli.Output;
using Endoscope.Protocol;
using Endoscope.Terminal;

namespace Endoscope.Cli.Fs;

/// <summary>Writes lists of files: a table, bare names, or a document.</summary>
internal static class FileOutput
{
    public static void Write(CommandContext context, bool json, bool onlyNames, string path, IReadOnlyList<FileRecord> files)
    {
        if (json)
        {
            Json.Write(context.Out, new FilesDocument(path, files), CliJson.Default.FilesDocument);
        }
        else if (onlyNames)
        {
            foreach (var file in files)
            {
                context.Out.WriteLine(TerminalText.Escape(file.Name));
            }
        }
        else
        {
            context.Out.Write(FileTable.Of(files).Format(context.Terminal.IsOutputTerminal ? context.Terminal.Size?.Columns : null));
        }
    }
}

using System.Globalization;
using Endoscope.Cli.Output;
using Endoscope.Protocol;

namespace Endoscope.Cli.Fs;

/// <summary>Files as a table, in the manner of <c>ls -li</c>. Pure.</summary>
internal static class FileTable
{
    private const int OwnerBits = 6;
    private const int GroupBits = 3;
    private const int SetUser = 0x800;
    private const int SetGroup = 0x400;
    private const int Sticky = 0x200;

    /// <summary>A row a file.</summary>
    public static Table Of(IEnumerable<FileRecord> files)
    {
        var table = new Table(
            Column.Right("INODE"), Column.Left("MODE"), Column.Right("LINKS"), Column.Left("OWNER"), Column.Left("GROUP"), Column.Right("SIZE"),
            Column.Left("MODIFIED"), Column.Left("NAME"));
        foreach (var file in files)
        {
            table.Add(
                Number(file.Inode), Mode(file), Number(file.Links), file.User ?? Number(file.UserId), file.Group ?? Number(file.GroupId), Number(file.Size),
                file.Modified.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                file.LinkTarget is null ? file.Name : $"{file.Name} -> {file.LinkTarget}");
        }

        return table;
    }

    /// <summary>Kind and permissions: <c>drwxr-xr-x</c>.</summary>
    public static string Mode(FileRecord file) =>
        file.Kind
        + Three(file.Mode >> OwnerBits, (file.Mode & SetUser) != 0, 's')
        + Three(file.Mode >> GroupBits, (file.Mode & SetGroup) != 0, 's')
        + Three(file.Mode, (file.Mode & Sticky) != 0, 't');

    private static string Three(int bits, bool special, char letter) => string.Concat(
        (bits & 4) != 0 ? 'r' : '-',
        (bits & 2) != 0 ? 'w' : '-',
        ((bits & 1) != 0, special) switch
        {
            (true, true) => letter,
            (false, true) => char.ToUpperInvariant(letter),
            (true, false) => 'x',
            _ => '-',
        });

    private static string Number<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);
}
